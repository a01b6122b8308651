return runbook { title = "t" }, function(run)
  if run than run:note "x" end
end
--> 2:10: 'then' expected near 'than'
