-- Reading what is no parameter is an error; a declared one without a value is nil.
local declared = { container = p.string {}, count = p.int { required = false } }
return runbook { title = "t", params = declared }, function(run, a)
  run:note(a.container .. " " .. tostring(a.count))
  for _, f in ipairs { function() return a.containr end, function() return a["x" .. "y"] end, function() return a[1] end,
                       function() a.own = 5 return a.onw end, function() return a.later end } do
    local ok, err = run:try(f)
    run:note(ok and "fine" or err.message)
  end
  a.count = 7
  run:note("a", a)
  for name, value in pairs(a) do run:note(name .. " " .. value) end
  run:note "${count} ${containr}"
  run:use("box", a.conainer)
end
--> params {"container":"web","later":null}
--> start
--< call 1 note web nil {} :4
--> answer 1 null
--< call 2 note pack/params_are_known.lua:5: there is no parameter "containr" (did you mean "container"?) {} :8
--> answer 2 null
--< call 3 note pack/params_are_known.lua:5: there is no parameter "xy" {} :8
--> answer 3 null
--< call 4 note pack/params_are_known.lua:5: there is no parameter "1" {} :8
--> answer 4 null
--< call 5 note pack/params_are_known.lua:6: there is no parameter "onw" {} :8
--> answer 5 null
--< call 6 note pack/params_are_known.lua:6: there is no parameter "later" {} :8
--> answer 6 null
--< call 7 note a {"values":{"container":"web","count":7,"own":5}} :11
--> answer 7 null
--< call 8 note container web {} :12
--> answer 8 null
--< call 9 note count 7 {} :12
--> answer 9 null
--< call 10 note own 5 {} :12
--> answer 10 null
--< call 11 note 7 ${containr} {} :13
--> answer 11 null
--< ended main failed pack/params_are_known.lua:14: there is no parameter "conainer" (did you mean "container"?) 0
