return { title = "t" }
--> 1:1: the file must return runbook { ... }, function(run, params) ... end
