-- A change with its undo, and how it turns out.
return runbook {
  title  = "Drain, then fill",
  params = { how = p.enum { "done", "fail", "escalate", "wait", default = "done" } },
  limits = { deadline = "20m", changes = 4 },
}, function(run, a)
  local box = run:use "box"
  run:undo(function() box.fill { id = "a" } end)
  box.drain { id = "a" }
  if a.how == "fail" then run:fail "could not go on" end
  if a.how == "escalate" then run:escalate "a person must look" end
  if a.how == "wait" then run:wait { "quiet", expr = "quiet", every = "30s", timeout = "15m" } end
  return run:done "drained"
end
