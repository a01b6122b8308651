return runbook { title = "t" }, function(run)
  run:note "ÿþ fine in a string"
  local Ã¤ = 1
end
--> 3:9: <name> expected near '<\195>'
