local box = run:use "box"
return runbook { title = "t" }, function(run) end
--> 1:13: undefined name "run"
