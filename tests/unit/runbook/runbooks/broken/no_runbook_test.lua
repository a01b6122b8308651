return runbook_test { { "x", expect = { ended = "succeeded" } } }
--> runbooks/broken/no_runbook.lua: cannot be read
--> 0 cases of runbooks, 1 failed
