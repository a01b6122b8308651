return runbook { title = "x" }, function(run, a)
  run:note("unclosed
end
