return runbook { title = "t" }, function(run)
  local function list(...) return select("#", ...) .. ":" .. tostring((...)) end
  run:note(list(run:try(function() return 1, nil, 3 end)))
  run:note(list(run:try(function() end)))
  run:note(list(run:try(function(a, b) return b, a end, "x", "y")))
  run:note(list(pcall(function() return 1, 2 end)))
  local ok, err = run:try(function() return nil + 1 end)
  run:note(type(err) .. " " .. err.kind)
  run:note(tostring(err))
  ok, err = run:try(error, nil)
  run:note(tostring(ok) .. " " .. err.message)
  run:note(tostring(pcall(run.try, run, 5)))
end
--> start
--< call 1 note 4:true {} :3
--> answer 1 null
--< call 2 note 1:true {} :4
--> answer 2 null
--< call 3 note 3:true {} :5
--> answer 3 null
--< call 4 note 3:true {} :6
--> answer 4 null
--< call 5 note table script {} :8
--> answer 5 null
--< call 6 note table: 1 {} :9
--> answer 6 null
--< call 7 note false an error that is nil {} :11
--> answer 7 null
--< call 8 note false {} :12
--> answer 8 null
--< ended main done  0
