local said = { "looking at web-1", "with values" }
local function ends(how, ended, more)
  local expect = { notes = said, steps = {}, reads = {}, ended = ended }
  for key, value in pairs(more or {}) do expect[key] = value end
  return { how .. " ends it", params = { how = how }, expect = expect }
end

return runbook_test {
  ends("done", "succeeded: all good on web-1", { told = { "ended" } }),
  ends("text", "succeeded: the last value is the message"),
  ends("nothing", "succeeded"),
  ends("number", "succeeded"),
  ends("fail", "failed: no luck with web-1", { told = { "ended" } }),
  ends("escalate", "escalated: look at web-1 yourself", { told = { "escalation" } }),
  ends("inside", "succeeded: from inside"),
  ends("error", "failed: pack/words.lua:21: it broke"),
  ends("table", "failed: a table broke"),
  ends("nil_field", "failed: pack/words.lua:23: attempt to index a nil value (field 'alert')"),
  ends("prose", "succeeded: what is ${this}?"),
  ends("tried", "succeeded: false, script, pack/words.lua:26: inside"),
  ends("tried_done", "succeeded: straight through"),
  { "people hear of a failure that nobody asked for", alert = { target = "box/a" }, params = { how = "fail" },
    expect = { told = { "escalation: pack/words failed: no luck with web-1" }, ended = "failed" } },
  { "prose takes the run's own parameters", params = { how = "done", who = "db.7" },
    expect = { notes = { "looking at db.7", "with values" }, ended = "succeeded: all good on db.7" } },
}
