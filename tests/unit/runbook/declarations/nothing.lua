local x = 1
--> error 1:1: the file must return runbook { ... }, function(run, params) ... end
