-- A parameter of each type; the case gives one of them.
return runbook {
  title = "Parameters",
  params = {
    text    = p.string { required = false },
    path    = p.string { match = "/[%w/._-]+", max = 20, required = false },
    short   = p.string { min = 3, max = 5, required = false },
    count   = p.int { min = 1, max = 10, required = false },
    ratio   = p.number { min = 0, max = 1, required = false },
    share   = p.percent { min = 5, max = 100, required = false },
    yes     = p.bool { required = false },
    colour  = p.enum { "red", "green", required = false },
    level   = p.enum { 1, 2, required = false },
    time    = p.duration { min = 10, max = 3600, required = false },
    size    = p.bytes { min = 1024, max = 1073741824, required = false },
    machine = p.host { required = false },
    hosts   = p.hosts { min = 1, max = 3, required = false },
    names   = p.list { match = "%u+", min = 0, required = false },
  },
}, function(run, a)
  for name, value in pairs(a) do
    run:note(name .. " = " .. json.encode(value))
  end
end
