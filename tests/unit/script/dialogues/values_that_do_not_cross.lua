return runbook { title = "t" }, function(run)
  local box = run:use "box"
  local function try(value)
    local ok, err = run:try(function() return box.echo { value = value } end)
    return ok and "crossed" or err.message
  end
  local cycle = {}
  cycle.self = cycle
  local deep = {}
  for i = 1, 40 do deep = { deep } end
  run:note(try(next))
  run:note(try(cycle))
  run:note(try(deep))
  run:note(try { [1.5] = 1 })
  run:note(try { [true] = 1 })
  run:note(try { 1, ["1"] = 2 })
  run:note(try(("x"):rep(4 << 20)))
  run:note(try(run))
  run:note(try(box))
end
--> start
--< call 1 use box {} :2
--> answer 1 {"instance":"box/one"}
--< call 2 note pack/values_that_do_not_cross.lua:4: an argument holds a function {} :11
--> answer 2 null
--< call 3 note pack/values_that_do_not_cross.lua:4: an argument is nested more than 32 levels deep {} :12
--> answer 3 null
--< call 4 note pack/values_that_do_not_cross.lua:4: an argument is nested more than 32 levels deep {} :13
--> answer 4 null
--< call 5 note pack/values_that_do_not_cross.lua:4: an argument has a key that is a number {} :14
--> answer 5 null
--< call 6 note pack/values_that_do_not_cross.lua:4: an argument has a key that is a boolean {} :15
--> answer 6 null
--< call 7 note pack/values_that_do_not_cross.lua:4: an argument has the key 1 as a number and as a text {} :16
--> answer 7 null
--< call 8 note pack/values_that_do_not_cross.lua:4: an argument is larger than 4 MiB {} :17
--> answer 8 null
--< call 9 note pack/values_that_do_not_cross.lua:4: an argument holds something that is no data (run, a plugin, a library) {} :18
--> answer 9 {}
--< call 10 note pack/values_that_do_not_cross.lua:4: an argument holds something that is no data (run, a plugin, a library) {} :19
--> answer 10 null
--< ended main done  0
--> answer 11 {}
--> answer 12 null
