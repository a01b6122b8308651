-- What a call may say, and what is refused before anything is done.
local function look(replies) return { args = { "id" }, takes = "10ms", replies = replies } end
local function case(how, expect, more)
  local one = { how, params = { how = how }, expect = expect }
  for key, value in pairs(more or {}) do one[key] = value end
  return one
end

return runbook_test {
  instances = { "box/one", "box/two" },
  actions = {
    ["box.restart"] = { class = "probed", settles = "5s", args = { "id", "force", "list", "map" }, targets = { "box/one/${id}" } },
    ["box.look"] = look { { n = 1, next = "b" } },
  },
  safety = { rate = 1000, reason = "rehearsal" },
  alert = { target = "box/one/a" },

  case("no_plugin", { steps = {}, reads = {}, ended = "failed: pack/calls.lua:8: no instance of plugin nothing" }),
  case("no_instance", { steps = {}, ended = "failed: pack/calls.lua:9: no instance nine of plugin box" }),
  case("no_action", { steps = {}, ended = 'failed: pack/calls.lua:11: box has no action "restrat" (did you mean "restart"?)' }),
  case("unknown_argument", { steps = {},
    ended = 'failed: pack/calls.lua:12: box.restart takes no argument "idd" (did you mean "id"?)' }),
  case("positional", { steps = {},
    ended = "failed: pack/calls.lua:13: box.restart takes named arguments: box.restart { name = value }" }),
  case("text", { steps = {},
    ended = "failed: pack/calls.lua:14: box.restart takes named arguments: box.restart { name = value }" }),
  case("bad_timeout", { steps = {},
    ended = 'failed: pack/calls.lua:15: box.restart: timeout: not a valid duration: "a while" ' ..
            "(write it like 30s, 5m, 1h30m or 500ms)" }),
  case("too_many", { steps = { { "box.restart", id = "box1" }, { "box.restart", id = "box2" }, { "box.restart", id = "box3" } },
    told = { "parked: parked (limit): more than 3 changes (limits.changes): box.restart" }, ended = "parked: limit" },
    { within = "5m" }),
  case("all", {
    steps = { { "box.restart", id = "a", force = true, list = { 1, 2.5, "x" }, map = { k = json.null, z = {} },
                targets = { "box/one/a" } } },
    ended = "succeeded: all" }, { crash = true }),
  case("of_an_answer", {
    reads = { { "box.look", id = "a" } },
    steps = { { "box.restart", id = "b", map = { n = 1, next = "b" }, targets = { "box/one/b" } } },
    ended = "succeeded: of_an_answer" }, { crash = true }),
  case("tried", {
    reads = { { "box.look", id = "b", error = "not_found" } },
    steps = { { "box.restart", id = "a" } },
    notes = { "false not_found pack/calls.lua:26: no box b" },
    ended = "succeeded: tried" },
    { actions = { ["box.look"] = look { { error = "not_found", message = "no box b" } } } }),
  case("same_twice", { steps = { { "box.restart", id = "a" }, { "box.restart", id = "a" } }, ended = "succeeded" }),
  case("while_loop", { reads = { "box.look", "box.look", "box.look" }, notes = { "asked 2" }, steps = {}, ended = "succeeded" },
    { crash = true, actions = { ["box.look"] = look { { n = 1 }, { n = 2 }, { n = 3 } } } }),
  { "a plan that has no target", params = { how = "no_plan" }, alert = { target = "" }, mode = "auto",
    actions = { ["box.restart"] = { class = "probed", args = { "id" }, targets = { "box/${nothing}" } } },
    expect = { steps = {},
               ended = 'failed: pack/calls.lua:16: "box/${nothing}": there is no parameter "nothing"' } },
}
