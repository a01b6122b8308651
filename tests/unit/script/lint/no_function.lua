return runbook { title = "t" }
--> 1:1: after runbook { ... } comes the function: function(run, params)
