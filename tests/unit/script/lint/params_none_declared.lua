return runbook { title = "t" }, function(run, a)
  run:note(a.text)
end
--> 2:14: there is no parameter "text"
