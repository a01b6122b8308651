return runbook { title = "t" }, function(run)
  goto nowhere
end
--> 4:1: no visible label 'nowhere' for <goto> at line 2
