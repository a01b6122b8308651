return runbook { title = "t" }, function(run)
  local box = run:use "box"
  local ok, err = run:try(function()
    run:wait { "x", check = function() return box.inspect { id = "a" }.up end }
  end)
  return err.kind .. ": " .. err.message
end
--> start
--< call 1 use box {} :2
--> answer 1 {"instance":"box/local"}
--< call 2 wait x {"check":true} :4
--> check 2
--< call 2?1 action box.inspect {"args":{"id":"a"},"instance":"box/local"} :4
--> fail 2?1 transient try again
--< checked 2 error {"kind":"transient","message":"pack/wait_check_fails.lua:4: try again"}
--> check 2
--< call 2?1 action box.inspect {"args":{"id":"a"},"instance":"box/local"} :4
--> fail 2?1 not_found no box a
--< checked 2 error {"kind":"not_found","message":"pack/wait_check_fails.lua:4: no box a"}
--> fail 2 not_found pack/wait_check_fails.lua:4: no box a
--< ended main done not_found: pack/wait_check_fails.lua:4: no box a 0
