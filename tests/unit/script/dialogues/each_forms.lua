return runbook { title = "t" }, function(run)
  local function say(...)
    local ok, err = run:try(function(...) return run:each(...) end, ...)
    run:note(ok and "ok" or err.message)
  end
  local function nothing() end
  say(nil, nothing)
  say({}, nothing)
  say("abc", nothing)
  say({ "a" }, { stop_afer = 2 }, nothing)
  say({ "a", "a" }, nothing)
  say({ { id = 1 }, { id = 1 } }, { key = function(x) return x.id end }, nothing)
  say({ "a" }, { max = 0 }, nothing)
  say({ "a" }, nothing)
end
--> start
--< call 1 note pack/each_forms.lua:3: run:each: an empty list is an error: nothing was selected {} :4
--> answer 1 null
--< call 2 note pack/each_forms.lua:3: run:each: an empty list is an error: nothing was selected {} :4
--> answer 2 null
--< call 3 note pack/each_forms.lua:3: run:each: an empty list is an error: nothing was selected {} :4
--> answer 3 null
--< call 4 note pack/each_forms.lua:3: run:each: unknown key "stop_afer" (did you mean "stop_after"?) {} :4
--> answer 4 null
--< call 5 note pack/each_forms.lua:3: run:each: two items have the key a {} :4
--> answer 5 null
--< call 6 note pack/each_forms.lua:3: run:each: two items have the key 1 {} :4
--> answer 6 null
--< call 7 note pack/each_forms.lua:3: run:each: max is a number from 1 {} :4
--> answer 7 null
--< call 9 note ok {} :4
--> answer 9 null
--< ended main done  0
