return runbook { title = "t
}, function() end
--> 1:26: unfinished string near '"t'
