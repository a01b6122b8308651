return runbook {
  title = "x",
  safety = { cool_down = "10s" },
}, function() end
--> error 3:3: safety: cool_down is looser than its default: say why in safety.reason
