local up, down = { up = true, n = 1 }, { up = false, n = 2 }
local failing = { error = "transient", message = "no answer" }
local sample = { { labels = { job = "box" }, value = 1 } }

local function case(name, given)
  local one = {
    name,
    params = given.params,
    queries = { up = given.up or { {} } },
    actions = { ["box.inspect"] = { args = { "id" }, takes = "10ms", replies = given.replies or { up } } },
    within = given.within, at = given.at, crash = given.crash,
    expect = given.expect,
  }
  return one
end

return runbook_test {
  case("met at once: a number that is not zero", {
    params = { kind = "expr" }, up = { 1 },
    expect = { notes = { "the wait gave 1" }, ended = "succeeded: waited" },
  }),
  case("met later: zero is not met", {
    params = { kind = "expr" }, up = { 0, 0, 0, 3 }, crash = true,
    expect = { notes = { "the wait gave 3" }, ended = "succeeded: waited" },
  }),
  case("a vector with an element is met, an empty one is no data", {
    params = { kind = "expr" }, up = { {}, {}, sample },
    expect = { notes = { 'the wait gave [{"labels":{"job":"box"},"value":1}]' }, ended = "succeeded: waited" },
  }),
  case("no data counts as met where the runbook says so", {
    params = { kind = "expr", absent = "met" }, up = { {} },
    expect = { notes = { "the wait gave nil" }, ended = "succeeded: waited" },
  }),
  case("no data is a failure where the runbook says so", {
    params = { kind = "expr", absent = "fail" }, up = { 0, {} },
    expect = { ended = "failed: pack/waits.lua:17: the box is up: there is no data for up" },
  }),
  case("not met in time", {
    params = { kind = "expr", timeout = "90s" }, up = { 0 },
    expect = { ended = "failed: pack/waits.lua:17: the box is up: not met within 1m30s" },
  }),
  case("not met in time, and it goes on", {
    params = { kind = "expr", timeout = "90s", on_timeout = "continue" }, up = { 0 },
    expect = { notes = { "the wait gave false" }, ended = "succeeded: waited" },
  }),
  case("not met in time, and a person is called", {
    params = { kind = "expr", timeout = "90s", on_timeout = "escalate" }, up = { 0 },
    expect = { notes = {}, told = { "escalation" },
               ended = "escalated: pack/waits.lua:17: the box is up: not met within 1m30s" },
  }),
  case("hold: it must stay so", {
    params = { kind = "expr", hold = "30s" }, up = { 1, 1, 0, 1 }, crash = true,
    expect = { notes = { "the wait gave 1" }, ended = "succeeded: waited" },
  }),
  case("hold longer than the time that is left", {
    params = { kind = "expr", hold = "10m" }, up = { 1 },
    expect = { ended = "failed" },
  }),
  case("a check is asked until it gives something", {
    params = { kind = "check" }, replies = { down, down, up }, crash = true,
    expect = { reads = {}, notes = { 'the wait gave {"n":1,"up":true}' }, ended = "succeeded: waited" },
  }),
  case("a check that cannot be answered now is asked again", {
    params = { kind = "check" }, replies = { failing, failing, failing, failing, failing, up },
    expect = { notes = { 'the wait gave {"n":1,"up":true}' }, ended = "succeeded: waited" },
  }),
  case("a check that fails for good ends the wait", {
    params = { kind = "check" }, replies = { down, { error = "not_found", message = "no such box" } },
    expect = { ended = "failed: pack/waits.lua:22: no such box" },
  }),
  case("a check goes on in a new worker", {
    params = { kind = "check", every = "30s" }, replies = { down, down, down, down, up },
    at = { { "45s", kill = "worker" }, { "100s", kill = "engine" } },
    expect = { notes = { 'the wait gave {"n":1,"up":true}' }, ended = "succeeded: waited" },
  }),
  case("while it waits it is parked, and that is no question to a person", {
    params = { kind = "check" }, replies = { down }, within = "1m",
    expect = { told = {}, ended = "parked: wait" },
  }),
  case("a cancelled wait ends at once", {
    params = { kind = "expr", timeout = "50m" }, up = { 0 },
    at = { { "1m", cancel = "anna" } },
    expect = { notes = {}, ended = "cancelled: cancelled by anna" },
  }),
  case("the run's deadline goes before the wait's own", {
    params = { kind = "expr", timeout = "3h" }, up = { 0 },
    expect = { told = { "parked: parked (deadline): the deadline of 1h has passed" }, ended = "parked: deadline" },
  }),
}
