-- What a program puts together has no place of its own: that of the table around it is said.
local limits = { deadline = "soon" }
return runbook { title = "x", limits = limits }, function() end
--> error 3:31: deadline is a duration like "30m"
