local t = nil

local n = t.x
return runbook { title = "t" }, function() end
--> 3:1: attempt to index a nil value (local 't')
