-- A runbook without a finding.
local limits = { deadline = "30m", changes = 3 }
local function healthy(docker, id)
  local seen = docker.inspect { id = id }
  seen.count = (seen.count or 0) + 1
  return seen.health == "healthy"
end

return runbook {
  title = "Restart", alerts = { "ContainerDied" },
  params = { container = p.string { match = "[%w.-]+", from = "alert.labels.container" }, n = p.int() },
  dedup = "docker:${container}", locks = { "docker/${container}" }, limits = limits,
}, function(run, a)
  local docker <const> = run:use "docker"
  local names = { "b", "a" }
  table.sort(names, function(x, y) return x < y end)
  for i, name in ipairs(names) do
    local text = ("%d %s"):format(i, name):gsub("%d", function(d) return d .. "!" end)
    run:note(text)
  end
  goto over
  ::over::
  repeat local done = true until done
  while false do break end
  local h <close> = setmetatable({}, { __close = function() run:note [[closed]] end })
  run:wait { "up", every = "5s", hold = "10s", timeout = "1m", check = function()
    local s = healthy(docker, a.container)
    s = s and true
    return s
  end }
  local ok, err = run:try(docker.stop, { id = a.container })
  if not ok and err.kind == "timeout" then return run:escalate "stop" elseif ok then return run:done() else error(err) end
end
