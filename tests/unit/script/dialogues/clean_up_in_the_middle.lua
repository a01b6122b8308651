-- Told to clean up while it waits: it stops where it is.
return runbook { title = "t" }, function(run)
  local box = run:use "box"
  run:undo(function() box.start { id = 1 } end)
  box.stop { id = 1 }
  run:undo(function() box.start { id = 2 } end)
  box.stop { id = 2 }
  run:note "never reached"
end
--> start
--< call 1 use box {} :3
--> answer 1 {"instance":"box/local"}
--< call 2 action box.stop {"args":{"id":1},"instance":"box/local"} :5
--> answer 2 {}
--< call 3 action box.stop {"args":{"id":2},"instance":"box/local"} :7
--> clean_up
--< call cleanup/1 action box.start {"args":{"id":2},"instance":"box/local"} :6
--> answer 3 {}
--> answer cleanup/1 {}
--< call cleanup/2 action box.start {"args":{"id":1},"instance":"box/local"} :4
--> answer cleanup/2 {}
--< ended cleanup done  0
