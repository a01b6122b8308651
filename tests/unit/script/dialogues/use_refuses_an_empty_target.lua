-- An explicit target that says nothing is never "the only instance".
return runbook { title = "t", params = { box = p.string { required = false } } }, function(run, a)
  local none
  for _, f in ipairs { function() run:use("box", a.box) end, function() run:use("box", none) end,
                       function() run:use("box", "" .. "") end, function() run:use("box", "\t" .. " ") end,
                       function() run:use("box", 5) end, function() run:use("box", {}) end,
                       function() run:use("box", json.null) end, function() run:use("box", run.alert) end } do
    local ok, err = run:try(f)
    run:note(err.message)
  end
  run:use("box", "web")
  local box = run:use("box")
  box.restart()
  local ok, err = run:try(box.restart, none)
  run:note(err.message)
  ok, err = run:try(function() run:note(none) end)
  run:note(err.message)
  ok, err = run:try(function() run:attach(none, 1) end)
  run:note(err.message)
  ok, err = run:try(function() run:approve { "Stop?", by = " " } end)
  run:note(err.message)
end
--> start
--< call 1 note pack/use_refuses_an_empty_target.lua:4: run:use("box", ...): the instance is nil (name one, or leave the second argument out for the plugin's only instance) {} :9
--> answer 1 null
--< call 2 note pack/use_refuses_an_empty_target.lua:4: run:use("box", ...): the instance is nil (name one, or leave the second argument out for the plugin's only instance) {} :9
--> answer 2 null
--< call 3 note pack/use_refuses_an_empty_target.lua:5: run:use("box", ...): the instance is blank (name one, or leave the second argument out for the plugin's only instance) {} :9
--> answer 3 null
--< call 4 note pack/use_refuses_an_empty_target.lua:5: run:use("box", ...): the instance is blank (name one, or leave the second argument out for the plugin's only instance) {} :9
--> answer 4 null
--< call 5 note pack/use_refuses_an_empty_target.lua:6: run:use("box", ...): the instance is a number (name one, or leave the second argument out for the plugin's only instance) {} :9
--> answer 5 null
--< call 6 note pack/use_refuses_an_empty_target.lua:6: run:use("box", ...): the instance is a table (name one, or leave the second argument out for the plugin's only instance) {} :9
--> answer 6 null
--< call 7 note pack/use_refuses_an_empty_target.lua:7: run:use("box", ...): the instance is nil (name one, or leave the second argument out for the plugin's only instance) {} :9
--> answer 7 null
--< call 8 note pack/use_refuses_an_empty_target.lua:7: run:use("box", ...): the instance is nil (name one, or leave the second argument out for the plugin's only instance) {} :9
--> answer 8 null
--< call 9 use box {"target":"web"} :11
--> answer 9 {"instance":"box/web"}
--< call 10 use box {} :12
--> answer 10 {"instance":"box/one"}
--< call 11 action box.restart {"args":[],"instance":"box/one"} :13
--> answer 11 null
--< call 12 note pack/use_refuses_an_empty_target.lua:14: box.restart takes named arguments: box.restart { name = value } {} :15
--> answer 12 null
--< call 13 note pack/use_refuses_an_empty_target.lua:16: run:note: the text is nil {} :17
--> answer 13 null
--< call 14 note pack/use_refuses_an_empty_target.lua:18: run:attach: the name is nil {} :19
--> answer 14 null
--< call 15 note pack/use_refuses_an_empty_target.lua:20: run:approve: by names who may approve {} :21
--> answer 15 null
--< ended main done  0
