return runbook { title = "x" }, function() end
--> runbooks/broken/no_test_test.lua:1:1: is no test of a runbook (it returns a runbook)
--> 0 cases of runbooks, 1 failed
