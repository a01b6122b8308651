return runbook { title = "Ask" }, function(run)
  run:wait { "x", expr = "up" }
  run:wait { "y", expr = "down" }
end
