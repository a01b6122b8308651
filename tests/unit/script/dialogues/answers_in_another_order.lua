-- An answer to a place where nobody waits, twice, or too early, changes nothing.
return runbook { title = "t" }, function(run)
  run:note "one"
  run:note "two"
  return "end"
end
--> start
--< call 1 note one {} :3
--> answer 2 null
--> answer 9 null
--> answer cleanup/1 null
--> check 1
--> check 7
--> answer 1 null
--< call 2 note two {} :4
--> answer 1 null
--> fail 1 timeout late
--> answer 2 null
--< ended main done end 0
--> answer 2 null
--> clean_up
--< ended cleanup done  0
