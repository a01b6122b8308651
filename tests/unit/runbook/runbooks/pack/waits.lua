-- Waits of every sort: for an expression, for a check, with hold, absent and on_timeout as the case says.
return runbook {
  title  = "Wait for something",
  params = {
    kind       = p.enum { "expr", "check" },
    hold       = p.duration { default = "0s" },
    every      = p.duration { default = "10s" },
    timeout    = p.duration { default = "5m" },
    absent     = p.enum { "wait", "met", "fail", default = "wait" },
    on_timeout = p.enum { "fail", "continue", "escalate", default = "fail" },
  },
  limits = { deadline = "1h" },
}, function(run, a)
  local box = run:use "box"
  local got
  if a.kind == "expr" then
    got = run:wait { "the box is up", expr = "up", every = a.every, hold = a.hold, timeout = a.timeout,
                     absent = a.absent, on_timeout = a.on_timeout }
  else
    got = run:wait { "the box is up", every = a.every, hold = a.hold, timeout = a.timeout,
                     on_timeout = a.on_timeout, check = function()
      local state = box.inspect { id = "a" }
      return state.up and state
    end }
  end
  run:note("the wait gave " .. (type(got) == "table" and json.encode(got) or tostring(got)))
  return run:done "waited"
end
