-- 1, 2, 4, but never more than max.
return runbook { title = "t" }, function(run)
  run:each({ 1, 2, 3, 4, 5, 6, 7 }, { max = 3 }, function(n, i) run:note(n .. "=" .. i) end)
  return "all"
end
--> start
--< call 1/1/1 note 1=1 {} :3
--> answer 1/1/1 null
--< call 2/2/1 note 2=2 {} :3
--< call 2/3/1 note 3=3 {} :3
--> answer 2/3/1 null
--> answer 2/2/1 null
--< call 3/4/1 note 4=4 {} :3
--< call 3/5/1 note 5=5 {} :3
--< call 3/6/1 note 6=6 {} :3
--> answer 3/4/1 null
--> answer 3/5/1 null
--> answer 3/6/1 null
--< call 4/7/1 note 7=7 {} :3
--> answer 4/7/1 null
--< ended main done all 0
