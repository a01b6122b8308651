return runbook { title = "Restart a box", params = { id = p.string { default = "a" } } }, function(run, a)
  local box = run:use "box"
  run:note "begins"
  box.restart { id = a.id }
  return run:done "restarted"
end
