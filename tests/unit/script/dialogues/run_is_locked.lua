return runbook { title = "t" }, function(run, a)
  local function say(fn) local ok, err = pcall(fn) run:note(tostring(err.message or err)) end
  say(function() run.done = nil end)
  say(function() run.mine = 1 end)
  say(function() return run.nope end)
  say(function() return run.notee end)
  say(function() return setmetatable(run, {}) end)
  say(function() return run:mute { alerts = "x" } end)
  say(function() return run:temporary {} end)
  run:note(tostring(getmetatable(run)) .. " " .. run.id .. " " .. tostring(run.alert))
  a.new = "parameters are the script's own"
  run:note(a.new)
end
--> start
--< call 1 note pack/run_is_locked.lua:3: run cannot be changed {} :2
--> answer 1 null
--< call 2 note pack/run_is_locked.lua:4: run cannot be changed {} :2
--> answer 2 null
--< call 3 note pack/run_is_locked.lua:5: run has no "nope" (did you mean "note"?) {} :2
--> answer 3 null
--< call 4 note pack/run_is_locked.lua:6: run has no "notee" (did you mean "note"?) {} :2
--> answer 4 null
--< call 5 note pack/run_is_locked.lua:7: this metatable is locked {} :2
--> answer 5 null
--< call 6 note pack/run_is_locked.lua:8: run:mute is not yet supported {} :2
--> answer 6 null
--< call 7 note pack/run_is_locked.lua:9: run:temporary is not yet supported {} :2
--> answer 7 null
--< call 8 note locked run-1 nil {} :10
--> answer 8 null
--< call 9 note parameters are the script's own {} :12
--> answer 9 null
--< ended main done  0
