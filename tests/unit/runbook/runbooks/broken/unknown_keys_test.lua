return runbook_test {
  runbook = "broken/box",
  parms = { id = "b" },
  actions = {
    restart = {},
    ["box.restart"] = { class = "prob", setles = "5s", targets = { 1 }, replies = {}, probe = { "perhaps" } },
    ["box.read"] = { class = "read", effect = "change" },
  },
  queries = { up = 1 },
  { "one",
    aktions = {},
    at = { { "5s", aprove = "anna" }, { approve = "anna" }, { "1m", settle = "hapened" }, { "1m" } },
    expect = { step = {}, ended = 7 },
  },
  { mode = "atuo", verify = true, within = "long", crash = "yes", expect = {} },
}
--> runbooks/broken/unknown_keys_test.lua:3:3: unknown key "parms" (did you mean "params"?)
--> runbooks/broken/unknown_keys_test.lua:11:5: unknown key "aktions" (did you mean "actions"?)
--> runbooks/broken/unknown_keys_test.lua:7:38: class read has no effect "change"
--> runbooks/broken/unknown_keys_test.lua:6:41: unknown key "setles" (did you mean "settles"?)
--> runbooks/broken/unknown_keys_test.lua:6:25: class is read, idempotent, keyed, probed, once, not "prob"
--> runbooks/broken/unknown_keys_test.lua:6:56: targets is a list of texts
--> runbooks/broken/unknown_keys_test.lua:6:73: replies is a list of answers
--> runbooks/broken/unknown_keys_test.lua:6:87: unknown probe answer "perhaps" (one of done, not_started, running, unknown)
--> runbooks/broken/unknown_keys_test.lua:5:5: an action is named as in the runbook: ["docker.restart"]
--> runbooks/broken/unknown_keys_test.lua:9:15: a query has a list of answers: { 0, 0, 1 }
--> runbooks/broken/unknown_keys_test.lua:12:20: unknown key "aprove" (did you mean "approve"?)
--> runbooks/broken/unknown_keys_test.lua:12:14: a happening is one of approve, deny, cancel, settle, alert, halt, lift, kill
--> runbooks/broken/unknown_keys_test.lua:12:39: a happening begins with its time: { "10s", approve = "anna" }
--> runbooks/broken/unknown_keys_test.lua:12:69: settle is happened, repeat, abort, not "hapened" (did you mean "happened"?)
--> runbooks/broken/unknown_keys_test.lua:12:93: a happening is one of approve, deny, cancel, settle, alert, halt, lift, kill
--> runbooks/broken/unknown_keys_test.lua:13:16: unknown key "step" (did you mean "steps"?)
--> runbooks/broken/unknown_keys_test.lua:13:27: ended is a text
--> runbooks/broken/unknown_keys_test.lua:15:3: a case begins with its name: { "restarts once", ... }
--> runbooks/broken/unknown_keys_test.lua:15:5: mode is shadow, suggest, approve, auto, not "atuo" (did you mean "auto"?)
--> runbooks/broken/unknown_keys_test.lua:15:20: verify is a text
--> runbooks/broken/unknown_keys_test.lua:15:35: within: not a valid duration: "long" (write it like 30s, 5m, 1h30m or 500ms)
--> runbooks/broken/unknown_keys_test.lua:15:52: crash is true or false
--> runbooks/broken/unknown_keys_test.lua:15:67: a case that expects nothing cannot fail
--> 0 cases of runbooks, 1 failed
