-- Each branch gives back its own, also the one that fails.
return runbook { title = "t" }, function(run)
  run:each({ "a", "b" }, { ramp = false, stop_after = 2 }, function(id)
    local hold <close> = setmetatable({}, { __close = function() run:note("give " .. id) end })
    run:note("take " .. id)
    if id == "a" then error "a broke" end
  end)
  return "over"
end
--> start
--< call 1/a/1 note take a {} :5
--< call 1/b/1 note take b {} :5
--> answer 1/b/1 null
--< call 1/b/2 note give b {} :4
--> answer 1/a/1 null
--< call 1/a/2 note give a {} :4
--> answer 1/b/2 null
--> answer 1/a/2 null
--< ended main done over 0
