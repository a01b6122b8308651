local restart = { class = "probed", args = { "id" }, targets = { "box/${id}" }, settles = "5s", takes = "2s" }
local function failing(replies)
  local made = { replies = replies }
  for key, value in pairs(restart) do made[key] = value end
  return { ["box.restart"] = made }
end
local no = { error = "conflict", message = "busy" }
local ok = { n = 1 }
local function steps(...)
  local list = {}
  for _, id in ipairs { ... } do list[#list + 1] = { "box.restart", id = id } end
  return list
end

return runbook_test {
  actions = { ["box.restart"] = restart, ["box.look"] = { args = { "id" }, reply = { n = 7 } } },
  safety = { concurrency = 20, rate = "100/m", budget = "100%", floor = "0%", reason = "rehearsal" },

  { "in waves of one, two, four",
    params = { boxes = { "a", "b", "c", "d" } },
    crash = true,
    expect = { steps = steps("a", "b", "c", "d"), ended = "succeeded: a1 b2 c3 d4, failed 0" },
  },
  { "all at once",
    params = { ramp = false },
    crash = true,
    expect = { steps = steps("a", "b", "c", "d"), ended = "succeeded: a1 b2 c3 d4, failed 0" },
  },
  { "one after the other",
    params = { max = 1 },
    expect = { steps = steps("a", "b", "c", "d"), ended = "succeeded: a1 b2 c3 d4, failed 0" },
  },
  { "the first failure stops what is not begun",
    actions = failing { ok, no, ok },
    expect = { steps = { { "box.restart", id = "a" }, { "box.restart", id = "b", error = "conflict" },
                         { "box.restart", id = "c", error = false } },
               ended = "failed: pack/many.lua:33: 1 of 4 failed, first b: pack/many.lua:34: busy" },
  },
  { "an error budget of two",
    params = { stop = 2 },
    actions = failing { no, ok, ok, ok },
    expect = { steps = steps("a", "b", "c", "d"), ended = "succeeded: nil b2 c3 d4, failed 1" },
  },
  { "an empty list is an error, never nothing and never everything",
    params = { boxes = {} },
    expect = { steps = {}, ended = "error: parameter boxes: is empty (min = 0 allows that)" },
  },
  { "two of the same name",
    params = { boxes = { "a", "a" } },
    expect = { steps = {}, ended = "failed: pack/many.lua:33: run:each: two items have the key a" },
  },
  { "functions side by side",
    params = { how = "all" },
    expect = { reads = { { "box.look", id = "x" } }, notes = { "second" }, ended = "succeeded: 7 and two" },
  },
  { "branches within branches",
    params = { how = "nested" },
    crash = true,
    expect = { steps = steps("l1", "l2", "r1", "r2"), ended = "succeeded: nested" },
  },
  { "things with a key of their own",
    params = { how = "tables" },
    crash = true,
    expect = { steps = steps("t1", "t2"), ended = "succeeded: tables" },
  },
  { "cancelled in the middle of a wave: what is open ends, nothing else begins",
    params = { max = 2 },
    at = { { "3s", cancel = "anna" } },
    expect = { steps = steps("a", "b", "c"), ended = "cancelled: cancelled by anna" },
  },
  { "killed in the middle of a wave",
    params = { ramp = false },
    at = { { "1500ms", kill = "engine" } },
    expect = { steps = steps("a", "b", "c", "d"), ended = "succeeded" },
  },
}
