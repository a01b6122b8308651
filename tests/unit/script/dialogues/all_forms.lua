return runbook { title = "t" }, function(run)
  local function say(...)
    local ok, err = run:try(function(...) return run:all(...) end, ...)
    run:note(ok and "ok" or err.message)
  end
  say(nil)
  say {}
  say { 1 }
  local got = run:all { function() return "x" end, function() end, function() return { n = 1 } end }
  run:note(tostring(got[1]) .. tostring(got[2]) .. got[3].n)
  run:all { function() run:note "l" end, function() run:note "r" error "right" end }
end
--> start
--< call 1 note pack/all_forms.lua:3: run:all takes a list of functions {} :4
--> answer 1 null
--< call 2 note pack/all_forms.lua:3: run:all takes a list of functions {} :4
--> answer 2 null
--< call 4 note pack/all_forms.lua:3: 1 of 1 failed, first 1: attempt to call a number value {} :4
--> answer 4 null
--< call 6 note xnil1 {} :10
--> answer 6 null
--< call 7/1/1 note l {} :11
--< call 7/2/1 note r {} :11
--> answer 7/1/1 null
--> answer 7/2/1 null
--< ended main failed pack/all_forms.lua:11: 1 of 2 failed, first 2: pack/all_forms.lua:11: right 0
