-- A function has a name that is the same in every replay, wherever its text is told.
return runbook { title = "t" }, function(run)
  run:note(function() end)
  run:done(function() end)
end
--> start
--< call 1 note function: 1 {} :3
--> answer 1 null
--< ended main done function: 2 0
