return runbook { title = "t" }, function(run)
  local box = run:use "box"
  run:undo(function() run:note "first declared, last undone" end)
  run:undo(function() box.start { id = 2 } end)
  run:undo(function() error { message = "a table as error" } end)
  run:undo(function() run:done "an undo cannot end the run well" end)
  error "broken"
end
--> start
--< call 1 use box {} :2
--> answer 1 {"instance":"box/local"}
--< ended main failed pack/clean_up_goes_on_after_a_failure.lua:7: broken 4
--> clean_up
--< call cleanup/1 action box.start {"args":{"id":2},"instance":"box/local"} :4
--> fail cleanup/1 unavailable gone
--< call cleanup/2 note first declared, last undone {} :3
--> answer cleanup/2 null
--< ended cleanup failed pack/clean_up_goes_on_after_a_failure.lua:6: run:done ends a run that goes well: an undo function just returns; a table as error; pack/clean_up_goes_on_after_a_failure.lua:4: gone 0
