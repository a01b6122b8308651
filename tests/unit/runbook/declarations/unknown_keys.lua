return runbook {
  titel = "x",
  limits = { dedline = "5m" },
  params = { a = p.string { mach = "x" } },
}, function() end
--> error 2:3: runbook: unknown key "titel" (did you mean "title"?)
--> error 3:14: limits: unknown key "dedline" (did you mean "deadline"?)
--> error 4:29: p.string: unknown key "mach" (did you mean "match"?)
