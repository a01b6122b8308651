-- What the proc plugin's manifest says of `restart`, and what may happen around it.
local restart = {
  class = "probed", settles = "20s", takes = "3s", args = { "timeout" }, targets = { "proc/api" },
  causes = { "proc.exit", "proc.start" },
}

--- The same action with another answer.
local function answering(reply)
  local action = {}
  for key, value in pairs(restart) do action[key] = value end
  action.reply = reply
  return { ["proc.restart"] = action }
end

return runbook_test {
  instances = { "proc/api", "proc/worker" },
  actions = answering { pid = 4711, changed = true },
  params = { instance = "api" },
  alert = { name = "ProcessDown", labels = { instance = "api" }, target = "proc/api" },

  { "brings the process back, once",
    crash = true,
    expect = {
      steps = { { "proc.restart", targets = { "proc/api" }, error = false } },
      gate = { "start allow", "proc.restart allow" },
      told = { "ended" },
      ended = "succeeded: restarted api",
    },
  },
  { "a start command that is not there fails the run, and people hear of it",
    actions = answering { error = "invalid", message = "proc/api: there is no start command" },
    expect = {
      steps = { { "proc.restart", error = "invalid" } },
      told = { "escalation" },
      ended = "failed: proc/restart_process.lua:15: proc/api: there is no start command",
    },
  },
  { "one that starts too slowly is asked about before anything is done again",
    actions = answering { error = "timeout", message = "not up within 10s" },
    expect = { steps = { "proc.restart" }, ended = "succeeded" },
  },
  { "one that dies again is handed to a person",
    verify = "not_held",
    expect = { told = { "escalation" }, ended = "escalated: restarted api; the alert did not clear: still there" },
  },
  { "the engine is killed while the process is being stopped",
    at = { { "1s", kill = "engine" } },
    expect = { steps = { "proc.restart" }, ended = "succeeded: restarted api" },
  },
  { "nobody answers whether it may: after an hour that is a no",
    mode = "approve",
    expect = { gate = { "start ask 14" }, steps = {}, told = { "approval", "ended" },
               ended = "cancelled: nobody approved it in time" },
  },
  { "another instance than those configured",
    params = { instance = "db" },
    expect = { steps = {}, ended = "failed" },
  },
}
