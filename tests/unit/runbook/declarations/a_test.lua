return runbook_test {}
--> error 1:1: is no runbook (it returns a test)
