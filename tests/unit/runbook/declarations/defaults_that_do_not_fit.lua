return runbook {
  params = {
    a = p.int { default = "many" },
    b = p.int { default = 9, max = 5 },
    c = p.string { default = "a b" },
    d = p.string { default = "a b", match = "[%w ]+" },
    e = p.enum { "x", "y", default = "z" },
    f = p.duration { default = "5 minutes" },
    g = p.string { default = "x", match = "[" },
    h = p.hosts { default = {} },
  },
}, function() end
--> error 3:17: parameter a: "many" is no number
--> error 4:17: parameter b: 9 is more than 5
--> error 5:20: parameter c: "a b" holds more than letters, digits and . _ : - (give it a match)
--> error 7:28: parameter e: "z" is none of x, y
--> error 8:22: parameter f: not a valid duration: "5 minutes" (write it like 30s, 5m, 1h30m or 500ms)
--> error 9:20: parameter g: its match: malformed pattern (missing ']')
--> error 10:19: parameter h: is empty (min = 0 allows that)
