return runbook { title = "t" }, function(run)
  local function try(given)
    local ok, err = run:try(function() return run:wait(given) end)
    return ok and "ok" or err.message
  end
  run:note(try(nil))
  run:note(try("text"))
  run:note(try { "x" })
  run:note(try { "x", expr = "a", check = function() end })
  run:note(try { "x", check = "later" })
  run:note(try { "x", expr = "a", timeot = "5s" })
  run:note(try { "x", "y", expr = "a" })
  run:note(try { expr = "a" })
end
--> start
--< call 1 note pack/wait_keys.lua:3: run:wait takes a table, not a nil {} :6
--> answer 1 null
--< call 2 note pack/wait_keys.lua:3: run:wait takes a table, not a string {} :7
--> answer 2 null
--< call 3 note pack/wait_keys.lua:3: run:wait needs expr or check, one of the two {} :8
--> answer 3 null
--< call 4 note pack/wait_keys.lua:3: run:wait needs expr or check, one of the two {} :9
--> answer 4 null
--< call 5 note pack/wait_keys.lua:3: run:wait: check is a function {} :10
--> answer 5 null
--< call 6 note pack/wait_keys.lua:3: run:wait: unknown key "timeot" (did you mean "timeout"?) {} :11
--> answer 6 null
--< call 7 note pack/wait_keys.lua:3: run:wait: unknown key "2" {} :12
--> answer 7 null
--< call 8 wait wait {"expr":"a"} :3
--> answer 8 true
--< call 9 note ok {} :13
