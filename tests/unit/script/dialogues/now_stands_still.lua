-- Time goes on with each answer only: a replay sees the same times.
return runbook { title = "t" }, function(run)
  local first = now()
  for i = 1, 100000 do end
  run:note(tostring(now() == first))
  run:note(tostring(now() - first))
  run:note(tostring(now() - first))
end
--> start
--< call 1 note true {} :5
--> answer 1 null
--< call 2 note 1.0 {} :6
--> answer 2 null
--< call 3 note 1.0 {} :7
--> answer 3 null
--< ended main done  0
