return runbook { title = "t }, function(run)
end
--> 1:26: unfinished string near '"t }, function(run)'
