return runbook { title = "t" }, function(run) run:note "x" end
--> answer 1 null
--> check 1
--> start
--< call 1 note x {} :1
--> answer 1 null
--< ended main done  0
