return runbook { params = "box" }, function() end
--> error 1:18: params is a table of name = p.type { ... }
