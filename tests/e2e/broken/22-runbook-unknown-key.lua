return runbook { tilte = "x" }, function(run, a) return run:done "ok" end
