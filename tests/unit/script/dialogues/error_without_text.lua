return runbook { title = "t" }, function(run)
  run:note "before"
  error()
end
--> start
--< call 1 note before {} :2
--> answer 1 null
--< ended main failed an error that is a nil 0
