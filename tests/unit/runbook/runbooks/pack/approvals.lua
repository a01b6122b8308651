-- A person between two changes.
return runbook {
  title  = "Ask, then change",
  params = { box = p.string { default = "a" }, within = p.duration { default = "15m" } },
  limits = { deadline = "10m", changes = 3 },
}, function(run, a)
  local box = run:use "box"
  box.drain { id = a.box }
  run:undo(function() box.fill { id = a.box } end)
  local answer = run:approve { "Delete all data of ${box}?", by = "sre", within = a.within }
  run:note("approved by " .. answer.by)
  box.wipe { id = a.box }
  return run:done("wiped " .. a.box)
end
