return runbook { title = "t" }, function(run)
  local box = run:use "box"
  run:note(tostring(box))
  local ok, err = run:try(function() box.x = 1 end)
  run:note(err.message)
  ok, err = run:try(function() box.restart "a" end)
  run:note(err.message)
  ok, err = run:try(function() run:use(nil) end)
  run:note(err.message)
  ok, err = run:try(function() run:use { "box" } end)
  run:note(err.message)
  ok, err = run:try(function() return box.restart == box.restart end)
  run:note(tostring(err))
  box.restart()
  box.restart { id = "a", wait = "running", timeout = "5m", dry_result = {} }
  box.restart { "positional" }
end
--> start
--< call 1 use box {} :2
--> answer 1 {"instance":"box/one"}
--< call 2 note box/one {} :3
--> answer 2 null
--< call 3 note pack/use_forms.lua:4: the actions of a plugin cannot be changed {} :5
--> answer 3 null
--< call 4 note pack/use_forms.lua:6: box.restart takes named arguments: box.restart { name = value } {} :7
--> answer 4 null
--< call 5 note pack/use_forms.lua:8: run:use takes the name of a plugin {} :9
--> answer 5 null
--< call 6 note pack/use_forms.lua:10: run:use takes the name of a plugin {} :11
--> answer 6 null
--< call 7 note true {} :13
--> answer 7 null
--< call 8 action box.restart {"args":[],"instance":"box/one"} :14
--> answer 8 {}
--< call 9 action box.restart {"args":{"id":"a"},"dry_result":[],"instance":"box/one","timeout":"5m","wait":"running"} :15
--> answer 9 {}
--< ended main failed pack/use_forms.lua:16: box.restart takes named arguments: box.restart { name = value } 0
--> answer 10 {}
