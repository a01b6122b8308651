return runbook { title = "t" }, function(run)
  local ok, err = run:try(function() return run:use("box", "nine") end)
  run:note(err.kind .. ": " .. err.message)
  run:use "box"
end
--> start
--< call 1 use box {"target":"nine"} :2
--> fail 1 not_found there is no instance box/nine
--< call 2 note not_found: pack/use_fails.lua:2: there is no instance box/nine {} :3
--> answer 2 null
--< call 3 use box {} :4
--> fail 3 invalid plugin box has several instances: name one
--< ended main failed pack/use_fails.lua:4: plugin box has several instances: name one 0
