return runbook {
  safety = { cooldown = "10m", reason = "x" },
}, function() end
--> error 2:3: safety: unknown field "cooldown" (did you mean "cool_down"?)
