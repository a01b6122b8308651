-- Restarts one container through the plugin instance that watches it.
-- One run per container, whatever was reported about it: an out-of-memory kill raises two alerts and gets one restart.
-- What is acted on is an id: a name may have gone over to another container. One that was removed is nobody's concern.
return runbook {
  title  = "Restart a container",
  params = {
    container = p.string {},                    -- its id, which the rules give; a person may give its name
    name      = p.string { required = false },  -- what people call it, when `container` is an id
    instance  = p.string {},                    -- the docker plugin's instance that sees it
  },
  dedup  = "docker:${instance}/${container}",
  locks  = { "docker/${instance}/${container}" },
  limits = { deadline = "10m", changes = 1 },
}, function(run, a)
  local docker = run:use("docker", a.instance)
  local there, seen = run:try(docker.inspect, { container = a.container })
  local was_there = a.name or #a.container == 64  -- nobody mistypes a full id
  if not there and (seen.kind ~= "not_found" or not was_there) then error(seen) end

  local id = there and seen.id or a.container
  local shown = (there and seen.name or a.name or "container") .. " (" .. id:sub(1, 12) .. ")"
  local gone = shown .. " was removed: nothing to restart"
  if not there or seen.state == "removing" or seen.state == "dead" then return run:done(gone) end

  local done, why = run:try(docker.restart, { container = id })
  if done then return run:done("restarted " .. shown) end
  if why.kind == "not_found" then return run:done(gone) end
  error(why)
end
