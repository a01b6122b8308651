return runbook { title = "t" }, function(run)
  run:wait { "x", expr = "up", on_timeout = "escalate" }
end
--> start
--< call 1 wait x {"expr":"up","on_timeout":"escalate"} :2
--> fail 1 timeout x: not met within 10m
--< ended main escalated pack/wait_escalates.lua:2: x: not met within 10m 0
