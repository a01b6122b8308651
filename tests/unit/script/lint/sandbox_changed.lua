string = nil
function table.trim() end
count = 1
return runbook {}, function() end
--> 1:1: "string" is part of the sandbox and cannot be changed
--> 3:1: undefined name "count"
