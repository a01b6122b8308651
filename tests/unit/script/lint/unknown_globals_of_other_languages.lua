return runbook { title = "t" }, function(run)
  print("x")
  console.log("x")
  local ok = os.execute("ls")
  require("lib/none")
  sleep(5)
  run.note("called with a dot")
  self:note("x")
  null = nil
end
--> 2:3: there is no "print" here: use run:note
--> 3:3: undefined name "console"
--> 4:14: there is no "os" here: a script has no system: use now() and actions of a plugin
--> 6:3: there is no "sleep" here: use run:wait
--> 8:3: undefined name "self"
--> 9:3: undefined name "null"
