-- run:done ends the run only after what is to be closed is closed; what that asks is answered.
return runbook { title = "t" }, function(run)
  local box = run:use "box"
  local hold <close> = setmetatable({}, { __close = function() box.release { id = "a" } end })
  box.hold { id = "a" }
  run:done "held and released"
end
--> start
--< call 1 use box {} :3
--> answer 1 {"instance":"box/one"}
--< call 2 action box.hold {"args":{"id":"a"},"instance":"box/one"} :5
--> answer 2 {}
--< call 3 action box.release {"args":{"id":"a"},"instance":"box/one"} :4
--> fail 3 timeout no answer
--< ended main done held and released 0
