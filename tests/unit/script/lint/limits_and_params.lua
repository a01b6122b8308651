return runbook {
  title = "t",
  parms = {},
  params = { a = p.strng {}, b = p.int { mni = 1 }, c = p.enum { "x", vlues = {} } },
  limits = { deadlin = "1h", chnages = 3 },
}, function(run) end
--> 3:3: runbook: unknown key "parms" (did you mean "params"?)
--> 4:20: p has no "strng" (did you mean "string"?)
--> 4:42: p.int: unknown key "mni" (did you mean "min"?)
--> 4:71: p.enum: unknown key "vlues" (did you mean "values"?)
--> 5:14: limits: unknown key "deadlin" (did you mean "deadline"?)
--> 5:30: limits: unknown key "chnages" (did you mean "changes"?)
