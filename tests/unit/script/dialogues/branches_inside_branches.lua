return runbook { title = "t" }, function(run)
  local out = run:each({ "x", "y" }, { ramp = false }, function(a)
    local inner = run:each({ 1, 2 }, { ramp = false }, function(b) run:note(a .. b) return a .. b end)
    run:note("inner of " .. a)
    return table.concat(inner, "+")
  end)
  return table.concat(out, " ")
end
--> start
--< call 1/x/1/1/1 note x1 {} :3
--< call 1/x/1/2/1 note x2 {} :3
--< call 1/y/1/1/1 note y1 {} :3
--< call 1/y/1/2/1 note y2 {} :3
--> answer 1/x/1/1/1 null
--> answer 1/y/1/1/1 null
--> answer 1/y/1/2/1 null
--< call 1/y/2 note inner of y {} :4
--> answer 1/y/2 null
--> answer 1/x/1/2/1 null
--< call 1/x/2 note inner of x {} :4
--> answer 1/x/2 null
--< ended main done x1+x2 y1+y2 0
