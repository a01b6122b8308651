return runbook {
  title = "x",
  params = { p.string {} },
  safety = "off",
}, function() end
--> error 3:3: params is a table of name = p.type { ... }
--> error 4:3: safety is a table of settings, like cool_down = "1h"
