return runbook_test { runbook = "broken/box", actions = {} }
--> runbooks/broken/no_cases_test.lua:1:1: there are no cases: runbook_test { { "name", expect = { ... } } }
--> 0 cases of runbooks, 1 failed
