return runbook {
  title = 5,
  alerts = { "ok", 7 },
  dedup = { "x" },
  locks = 3,
  mode = "automatic",
  limits = { deadline = "soon", changes = 0 },
}, function() end
--> error 2:3: title is a text
--> error 3:3: alerts is a list of texts
--> error 4:3: dedup is a text
--> error 5:3: locks is a list of texts
--> error 6:3: mode is shadow, suggest, approve or auto
--> error 7:14: deadline is a duration like "30m"
--> error 7:33: changes is a whole number from 1 to 1000
