-- What a lost answer means, by the class of the action (RUNBOOKS, "In doubt").
local function action(class, reply, more)
  local made = { class = class, args = { "id" }, takes = "2s", targets = { "box/local/${id}" }, replies = reply }
  for key, value in pairs(more or {}) do made[key] = value end
  return made
end
local lost = { error = "unknown_outcome", message = "the plugin died" }
local busy = { error = "transient", message = "busy" }
local ok = { n = 1 }

local cases = {
  alert = { target = "box/local/a" },
}
local function case(one) table.insert(cases, one) end

case { "a read is asked again after its answer was lost",
  params = { step = "read" },
  actions = { ["box.read"] = action("read", { lost, lost, ok }) },
  expect = { steps = {}, reads = { { "box.read", id = "a", error = false } }, ended = "succeeded: read gave 1" },
}
case { "a read that stays away fails the run",
  params = { step = "read" },
  actions = { ["box.read"] = action("read", { busy }) },
  expect = { reads = { { "box.read", id = "a", error = "transient" } },
             ended = "failed: pack/classes.lua:8: busy" },
}
case { "a read that is denied is not asked again",
  params = { step = "read" },
  actions = { ["box.read"] = action("read", { { error = "denied", message = "no rights" }, ok }) },
  expect = { reads = { { "box.read", id = "a", error = "denied" } }, ended = "failed" },
}
case { "idempotent: the same again",
  params = { step = "scale" }, crash = true,
  actions = { ["box.scale"] = action("idempotent", { ok }) },
  expect = { steps = { { "box.scale", id = "a", error = false } }, ended = "succeeded: scale gave 1" },
}
case { "idempotent: a lost answer is no reason to stop",
  params = { step = "scale" },
  actions = { ["box.scale"] = action("idempotent", { lost, busy, ok }) },
  expect = { steps = { { "box.scale", id = "a", error = false } }, ended = "succeeded: scale gave 1" },
}
case { "idempotent: three more tries, then it fails",
  params = { step = "scale" },
  actions = { ["box.scale"] = action("idempotent", { busy, busy, busy, busy, ok }) },
  expect = { steps = { { "box.scale", id = "a", error = "transient" } }, ended = "failed" },
}
case { "keyed: the same key again",
  params = { step = "token" }, crash = true,
  actions = { ["box.token"] = action("keyed", { lost, ok }) },
  expect = { steps = { { "box.token", id = "a", error = false } }, ended = "succeeded: token gave 1" },
}
case { "probed: done is done",
  params = { step = "restart" }, crash = false,
  actions = { ["box.restart"] = action("probed", { lost }, { settles = "5s" }) },
  expect = { steps = { { "box.restart", id = "a", error = false } }, ended = "succeeded: restart gave nil" },
}
case { "probed: running is waited for",
  params = { step = "restart" },
  actions = { ["box.restart"] = action("probed", { lost }, { settles = "5s", probe = { "running", "running", "done" } }) },
  expect = { steps = { "box.restart" }, ended = "succeeded: restart gave nil" },
}
case { "probed: not started, and nothing can arrive any more: begun again",
  params = { step = "restart" },
  actions = { ["box.restart"] = action("probed", { lost, ok }, { settles = "5s", probe = { "not_started" } }) },
  expect = { steps = { { "box.restart", id = "a", error = false } }, ended = "succeeded: restart gave 1" },
}
case { "probed: not started, but nobody knows how long a request may travel",
  params = { step = "restart" }, within = "5m",
  actions = { ["box.restart"] = action("probed", { lost, ok }, { probe = { "not_started" } }) },
  expect = { steps = { "box.restart" }, told = { "parked" }, ended = "parked: in_doubt" },
}
case { "probed: unknown is a person's to say",
  params = { step = "restart" },
  actions = { ["box.restart"] = action("probed", { lost }, { settles = "5s", probe = { "unknown" } }) },
  at = { { "5m", settle = "happened", by = "anna" } },
  expect = { told = { "parked", "ended" }, ended = "succeeded: restart gave nil" },
}
case { "probed: an error that says nothing was done is not tried again",
  params = { step = "restart" },
  actions = { ["box.restart"] = action("probed", { busy, ok }, { settles = "5s" }) },
  expect = { steps = { { "box.restart", id = "a", error = "transient" } }, ended = "failed" },
}
case { "once: a lost answer is in doubt",
  params = { step = "mail" }, within = "10m",
  actions = { ["box.mail"] = action("once", { lost }) },
  expect = { steps = { "box.mail" }, told = { "parked" }, ended = "parked: in_doubt" },
}
case { "once: a person says repeat",
  params = { step = "mail" },
  actions = { ["box.mail"] = action("once", { lost, ok }) },
  at = { { "1m", settle = "repeat" } },
  expect = { steps = { { "box.mail", id = "a", error = false } }, ended = "succeeded: mail gave 1" },
}
case { "once: a person says abort",
  params = { step = "mail" },
  actions = { ["box.mail"] = action("once", { lost, ok }) },
  at = { { "1m", settle = "abort", by = "anna" } },
  expect = { steps = { { "box.mail", id = "a", error = "unknown_outcome" } },
             ended = "failed: pack/classes.lua:8: box.mail: nobody knows whether it happened; ended by anna" },
}
case { "once: after a crash nobody repeats it",
  params = { step = "mail" }, crash = false, within = "10m",
  actions = { ["box.mail"] = action("once", { ok }) },
  at = { { "1500ms", kill = "engine" } },
  expect = { steps = { "box.mail" }, ended = "parked: in_doubt" },
}
case { "once: killed before its intent it simply happens",
  params = { step = "mail" }, crash = false,
  actions = { ["box.mail"] = action("once", { ok }) },
  at = { { "1ms", kill = "worker" } },
  expect = { steps = { { "box.mail", id = "a", error = false } }, ended = "succeeded: mail gave 1" },
}
case { "destroy: two persons, and never the same one twice",
  params = { step = "destroy" },
  actions = { ["box.destroy"] = action("probed", { ok }, { effect = "destroy", settles = "5s" }) },
  at = { { "1m", approve = "anna" }, { "2m", approve = "ben" } },
  expect = { gate = { "start allow", "box.destroy ask 14", "box.destroy allow" }, told = { "approval", "ended" },
             steps = { { "box.destroy", id = "a", error = false } }, ended = "succeeded: destroy gave 1" },
}
case { "destroy: one person is not enough",
  params = { step = "destroy" },
  actions = { ["box.destroy"] = action("probed", { ok }, { effect = "destroy", settles = "5s" }) },
  at = { { "1m", approve = "anna" } },
  expect = { steps = {}, ended = "failed: pack/classes.lua:8: box.destroy: nobody approved it in time" },
}
return runbook_test(cases)
