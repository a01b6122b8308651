return runbook { title = "t" }, function(run)
  run:note "before"
  error()
end
--> start
--< call 1 note before {} :2
--> answer 1 null
--< ended main failed pack/error_without_text.lua:3: an error that is nil 0
