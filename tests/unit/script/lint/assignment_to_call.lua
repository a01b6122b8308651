return runbook { title = "t" }, function(run)
  run:note("x") = 5
end
--> 2:1: syntax error near '='
