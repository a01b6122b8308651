-- Everything that can be declared; the lines at the end say what is read.
return runbook {
  title = "All of it", alerts = { "Down", "Slow" }, doc = "for people",
  params = {
    box = p.string { match = "%w+", from = "alert.labels.box", doc = "which one" },
    n   = p.int { default = 3, min = 1, max = 5 },
    how = p.enum { "a", "b", default = "a" },
  },
  dedup = "box:${box}", locks = { "box/${box}", "box" },
  limits = { deadline = "30m", changes = 3 }, mode = "suggest",
  safety = { cool_down = "10m", reason = "known to be harmless" },
}, function(run, a) end
--> title All of it
--> alerts Down,Slow
--> dedup box:${box}
--> locks box/${box},box
--> deadline 30m
--> changes 3
--> mode suggest
--> param box string from alert.labels.box match %w+ required
--> param how enum default a
--> param n int default 3
