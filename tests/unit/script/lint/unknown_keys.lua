return runbook {
  titel = "t",
  params = { a = p.string { defualt = "x" }, },
  limits = { deadlin = "5m" },
}, function(run, a)
  run:wait { "x", evry = "5s", expr = "up", timeout = "1m" }
  run:approve { "x", whithin = "5m" }
  run:each({ 1 }, { mx = 3 }, function() end)
  run:wiat { "x" }
end
--> 2:3: runbook: unknown key "titel" (did you mean "title"?)
--> 3:29: p.string: unknown key "defualt" (did you mean "default"?)
--> 4:14: limits: unknown key "deadlin" (did you mean "deadline"?)
--> 6:19: run:wait: unknown key "evry" (did you mean "every"?)
--> 7:22: run:approve: unknown key "whithin" (did you mean "within"?)
--> 8:21: run:each: unknown key "mx" (did you mean "max"?)
--> 9:7: run has no "wiat" (did you mean "wait"?)
