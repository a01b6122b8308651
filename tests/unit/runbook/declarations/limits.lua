return runbook { limits = { deadline = "0s", changes = 1.5 } }, function() end
--> error 1:29: deadline is a duration like "30m"
--> error 1:46: changes is a whole number from 1 to 1000
