-- What the docker plugin's manifest says of `restart`, and what may happen around it.
local id = "3f2a77aa5e1c4f0d9b8a3f2a77aa5e1c4f0d9b8a3f2a77aa5e1c4f0d9b8a1234"
local shown = "web (3f2a77aa5e1c)"
local target = "docker/local/" .. id
local removed = "succeeded: " .. shown .. " was removed: nothing to restart"

--- What `inspect` says of a container in that state.
local function seen(state)
  return { args = { "container" }, reply = { id = id, name = "web", state = state } }
end

--- `restart`, with another answer.
local function refusing(kind, message)
  return { class = "probed", settles = "15s", args = { "container" }, targets = { target },
           reply = { error = kind, message = message } }
end

return runbook_test {
  actions = {
    ["docker.restart"] = {
      class = "probed", settles = "15s", takes = "2s", args = { "container", "timeout" },
      targets = { target },
      causes = { "docker.kill", "docker.die", "docker.stop", "docker.start", "docker.restart" },
      reply = { state = "running", changed = true },
    },
    ["docker.inspect"] = seen "exited",
  },
  params = { container = id, name = "web", instance = "local" },
  alert = { name = "ContainerDied", labels = { instance = "local", id = id, name = "web" }, target = target },

  { "restarts the container once, and says so",
    crash = true,
    expect = {
      reads = { { "docker.inspect", container = id } },
      steps = { { "docker.restart", container = id, targets = { target }, error = false } },
      gate = { "start allow", "docker.restart allow" },
      told = { "ended" },
      ended = "succeeded: restarted " .. shown,
    },
  },
  { "a person is asked first where nobody said auto",
    mode = "approve",
    at = { { "5m", approve = "anna" } },
    expect = {
      gate = { "start ask 14", "start allow", "docker.restart allow" },
      told = { "approval", "ended" },
      ended = "succeeded: restarted " .. shown,
    },
  },
  { "a no is a no",
    mode = "approve",
    at = { { "5m", deny = "anna", why = "I am debugging it" } },
    expect = { steps = {}, ended = "cancelled: denied by anna: I am debugging it" },
  },
  { "a daemon that refuses fails the run, and people hear of it",
    actions = { ["docker.restart"] = refusing("invalid", "the disk is full") },
    expect = {
      steps = { { "docker.restart", container = id, error = "invalid" } },
      told = { "escalation" },
      ended = "failed: docker/restart_container.lua:25: the disk is full",
    },
  },
  { "a restart that was sent when the plugin died is not sent twice",
    actions = { ["docker.restart"] = refusing("unknown_outcome", "the plugin died") },
    expect = { steps = { "docker.restart" }, ended = "succeeded" },
  },
  { "a container that is gone is nobody's concern",
    actions = { ["docker.inspect"] = { args = { "container" }, reply = { error = "not_found", message = "no such container" } } },
    crash = true,
    expect = { steps = {}, told = { "ended" }, ended = removed },
  },
  { "so is one of which only the id is known",
    params = { container = id, instance = "local" },
    actions = { ["docker.inspect"] = { args = { "container" }, reply = { error = "not_found", message = "no such container" } } },
    expect = { steps = {}, ended = "succeeded: container (3f2a77aa5e1c) was removed: nothing to restart" },
  },
  { "one that is being removed is nobody's concern",
    actions = { ["docker.inspect"] = seen "removing" },
    expect = { steps = {}, told = { "ended" }, ended = removed },
  },
  { "one whose removal got stuck cannot be started any more",
    actions = { ["docker.inspect"] = seen "dead" },
    expect = { steps = {}, told = { "ended" }, ended = removed },
  },
  { "one that is removed at that very moment is nobody's concern",
    actions = { ["docker.restart"] = refusing("not_found", "it is being removed") },
    expect = { steps = { "docker.restart" }, told = { "ended" }, ended = removed },
  },
  { "a person may give the name; what is acted on is the id",
    params = { container = "web", instance = "local" },
    expect = {
      reads = { { "docker.inspect", container = "web" } },
      steps = { { "docker.restart", container = id, targets = { target } } },
      ended = "succeeded: restarted " .. shown,
    },
  },
  { "a name that nobody has is a person's slip, and said so",
    params = { container = "wbe", instance = "local" },
    actions = { ["docker.inspect"] = { args = { "container" }, reply = { error = "not_found", message = "No such container: wbe" } } },
    expect = { steps = {}, ended = "failed: docker/restart_container.lua:16: No such container: wbe" },
  },
  { "what did not help is handed to a person",
    verify = "not_held",
    expect = { steps = { "docker.restart" }, told = { "escalation" },
               ended = "escalated: restarted " .. shown .. "; the alert did not clear: still there" },
  },
  { "an alert that ends while a person is asked needs nothing",
    mode = "approve",
    at = { { "1m", alert = "resolved" }, { "2m", approve = "anna" } },
    expect = { steps = {}, ended = "cancelled: the alert ended before the run could start" },
  },
  { "halted: it starts when the switch is lifted",
    at = { { "0s", halt = "maintenance" }, { "5m", lift = true } },
    expect = {
      gate = { "start defer 13", "start allow", "docker.restart allow" },
      ended = "succeeded: restarted " .. shown,
    },
  },
  { "a blank name selects nothing",
    params = { container = " ", instance = "local" },
    expect = { steps = {}, ended = "refused: parameter container: is blank" },
  },
  { "a name from a label cannot be more than a name",
    params = { container = "web; rm -rf /", instance = "local" },
    expect = { steps = {}, told = { "escalation" },
               ended = 'refused: parameter container: "web; rm -rf /" holds more than letters, digits and . _ : - ' ..
                       "(give it a match)" },
  },
  { "an instance that is not there",
    params = { container = "web", instance = "elsewhere" },
    expect = { steps = {}, ended = "failed" },
  },
}
