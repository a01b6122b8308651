return runbook { title = "t" }, function(run)
  local limit <const> = 5
  limit = 6
end
--> 3:1: attempt to assign to const variable 'limit'
