-- Restarts one container through the plugin instance that watches it.
-- One run per container, whatever was reported about it: an out-of-memory kill raises two alerts and gets one restart.
return runbook {
  title  = "Restart a container",
  params = {
    container = p.string {},   -- its name
    instance  = p.string {},   -- the docker plugin's instance that sees it
  },
  dedup  = "docker:${instance}/${container}",
  locks  = { "docker/${instance}/${container}" },
  limits = { deadline = "10m", changes = 1 },
}, function(run, a)
  local docker = run:use("docker", a.instance)
  docker.restart { container = a.container }
  return run:done("restarted " .. a.container)
end
