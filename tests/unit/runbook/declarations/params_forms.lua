return runbook {
  params = {
    a = "string",
    b = p.enum {},
    c = p.string { from = "alert.lables.x" },
    d = p.string { from = "labels.x" },
    e = p.string { from = "alert.labels." },
    f = p.string { from = "alert.target" },
    g = 5,
  },
}, function() end
--> error 3:5: a parameter is written p.string { ... }, p.int { ... } and so on
--> error 4:5: p.enum needs its values: p.enum { "a", "b" }
--> error 5:20: from is alert.labels.NAME, alert.annotations.NAME, alert.event.NAME, alert.target or alert.value
--> error 6:20: from is alert.labels.NAME, alert.annotations.NAME, alert.event.NAME, alert.target or alert.value
--> error 7:20: from is alert.labels.NAME, alert.annotations.NAME, alert.event.NAME, alert.target or alert.value
--> error 9:5: a parameter is written p.string { ... }, p.int { ... } and so on
