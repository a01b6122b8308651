-- Names from outside as keys: none makes a path that means another place, or a check ("?").
return runbook { title = "t" }, function(run)
  run:each({ "a", "a/1", "web?1", "50%", "ä", "", "a b" }, { ramp = false }, function(name) run:note(name) end)
  return "done"
end
--> start
--< call 1/a/1 note a {} :3
--< call 1/a%2F1/1 note a/1 {} :3
--< call 1/web%3F1/1 note web?1 {} :3
--< call 1/50%25/1 note 50% {} :3
--< call 1/%C3%A4/1 note ä {} :3
--< call 1//1 note  {} :3
--< call 1/a%20b/1 note a b {} :3
--> answer 1/a/1 null
--> answer 1/a%2F1/1 null
--> answer 1/web%3F1/1 null
--> answer 1/50%25/1 null
--> answer 1/%C3%A4/1 null
--> answer 1//1 null
--> answer 1/a%20b/1 null
--< ended main done done 0
