-- Brings a watched process back: stops what is left of it, then starts it as its plugin's configuration says.
-- A daemon is wanted back at once, so the cool-down is short: one that dies again is started once more ten seconds after
-- the first try; then the breaker refuses and a person is called.
return runbook {
  title  = "Restart a process",
  params = {
    instance = p.string {},   -- the proc plugin's instance
  },
  dedup  = "proc:${instance}",
  locks  = { "proc/${instance}" },
  limits = { deadline = "10m", changes = 1 },
  safety = { cool_down = "10s", reason = "a daemon is wanted back at once; the breaker stops what does not help" },
}, function(run, a)
  local proc = run:use("proc", a.instance)
  proc.restart {}
  return run:done("restarted " .. a.instance)
end
