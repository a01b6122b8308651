-- Several boxes at once: waves, failures, keys.
return runbook {
  title  = "Restart many",
  params = {
    boxes = p.list { default = { "a", "b", "c", "d" } },
    max   = p.int { default = 10, min = 1 },
    ramp  = p.bool { default = true },
    stop  = p.int { default = 1 },
    how   = p.enum { "each", "all", "nested", "tables", default = "each" },
  },
  limits = { changes = 20 },
}, function(run, a)
  local box = run:use "box"
  if a.how == "all" then
    local got = run:all {
      function() return box.look { id = "x" }.n end,
      function() run:note "second" return "two" end,
    }
    return run:done(got[1] .. " and " .. got[2])
  end
  if a.how == "nested" then
    run:each({ "l", "r" }, { ramp = false }, function(side)
      run:each({ 1, 2 }, { ramp = false }, function(n) box.restart { id = side .. n } end)
    end)
    return run:done "nested"
  end
  if a.how == "tables" then
    run:each({ { id = "t1" }, { id = "t2" } }, { key = function(item) return item.id end }, function(item)
      box.restart { id = item.id }
    end)
    return run:done "tables"
  end
  local results, failures = run:each(a.boxes, { max = a.max, ramp = a.ramp, stop_after = a.stop }, function(id, i)
    box.restart { id = id }
    return id .. i
  end)
  local list = {}
  for i = 1, #a.boxes do list[i] = tostring(results[i]) end
  return run:done(table.concat(list, " ") .. ", failed " .. #failures)
end
