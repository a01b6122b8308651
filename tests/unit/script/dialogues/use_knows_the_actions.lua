return runbook { title = "t" }, function(run)
  local box = run:use("box", "two")
  local ok, err = run:try(function() return box.restrat {} end)
  run:note(err.message)
  ok, err = run:try(function() return box.explode {} end)
  run:note(err.message)
  ok, err = run:try(function() return box[1] end)
  run:note(err.message)
  box.restart {}
end
--> start
--< call 1 use box {"target":"two"} :2
--> answer 1 {"instance":"box/two","actions":["inspect","restart"]}
--< call 2 note pack/use_knows_the_actions.lua:3: box has no action "restrat" (did you mean "restart"?) {} :4
--> answer 2 null
--< call 3 note pack/use_knows_the_actions.lua:5: box has no action "explode" {} :6
--> answer 3 null
--< call 4 note pack/use_knows_the_actions.lua:7: box has no action "1" {} :8
--> answer 4 null
--< call 5 action box.restart {"args":[],"instance":"box/two"} :9
--> answer 5 {}
--< ended main done  0
