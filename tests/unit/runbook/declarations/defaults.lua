return runbook { params = { a = p.bool() } }, function(run, a) end
--> title pack/defaults
--> alerts 
--> dedup 
--> locks 
--> deadline 1h
--> changes 10
--> mode 
--> param a bool required
