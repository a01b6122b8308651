return runbook { title = "t" }, function(run)
  run:wait { "x", expr = "up", on_timeout = "escalate" }
end
--> start
--< call 1 wait x {"expr":"up","on_timeout":"escalate"} :2
--> fail 1 invalid x: bad expression
--< ended main failed pack/wait_escalates_only_for_time.lua:2: x: bad expression 0
