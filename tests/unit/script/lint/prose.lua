return runbook {
  title = "t", params = { box = p.string {}, count = p.int {} },
}, function(run, a)
  run:note "${box} and ${boxx}"
  run:approve { "Stop ${count} of ${n}?", by = "sre" }
  run:wait { label = "up: ${cuont}", expr = "up" }
  run:note("not prose: " .. "${other}")
  run:attach("${name}", 1)
  run:done "${box}"
  run:fail "${"
end
--> 4:12: ${boxx}: there is no such parameter (did you mean "box"?)
--> 5:17: ${n}: there is no such parameter
--> 6:22: ${cuont}: there is no such parameter (did you mean "count"?)
