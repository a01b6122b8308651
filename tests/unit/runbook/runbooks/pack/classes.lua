-- One step of each class, as the case says.
return runbook {
  title  = "Each class",
  params = { step = p.enum { "read", "scale", "token", "restart", "mail", "destroy" } },
  limits = { deadline = "30m", changes = 2 },
}, function(run, a)
  local box = run:use "box"
  local answer = box[a.step] { id = "a" }
  return run:done(a.step .. " gave " .. tostring(answer.n))
end
