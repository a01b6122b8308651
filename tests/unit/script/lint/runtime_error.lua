local title = nil .. "x"
return runbook { title = title }, function() end
--> 1:1: attempt to concatenate a nil value
