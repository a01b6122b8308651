local restart = { class = "probed", settles = "5s", args = { "id" }, targets = { "box/${id}" } }
return runbook_test {
  runbook = "broken/box",
  actions = { ["box.restart"] = restart },
  { "another action",
    expect = { steps = { "box.stop" } },
  },
  { "other arguments",
    params = { id = "b" },
    expect = {
      steps = {
        { "box.restart", id = "a" },
      },
    },
  },
  { "other targets",
    expect = { steps = { { "box.restart", id = "a", targets = { "box/b" } } } },
  },
  { "an error that did not come",
    expect = { steps = { { "box.restart", id = "a", error = "timeout" } } },
  },
  { "more steps than were wanted",
    expect = {
      steps = {},
    },
  },
  { "fewer steps than were wanted",
    expect = { steps = { "box.restart", "box.start" } },
  },
  { "everything at once",
    expect = {
      reads = { "box.look" },
      gate = { "start ask 14" },
      notes = { "starts" },
      told = { "escalation" },
      ended = "failed",
    },
  },
  { "a happening that cannot happen",
    at = { { "500ms", approve = "anna" }, { "1h", cancel = "ben" } },
    expect = { ended = "succeeded" },
  },
  { "and one that is right",
    expect = { ended = "succeeded: restarted" },
  },
}
--> FAIL  broken/box: another action
-->   runbooks/broken/differences_test.lua:6:26: steps[1]: wanted box.stop, got box.restart {"id":"a"}
--> FAIL  broken/box: other arguments
-->   runbooks/broken/differences_test.lua:12:9: steps[1]: wanted box.restart {"id":"a"}, got box.restart {"id":"b"}
--> FAIL  broken/box: other targets
-->   runbooks/broken/differences_test.lua:17:26: steps[1]: box.restart: wanted the targets box/b, got box/a
--> FAIL  broken/box: an error that did not come
-->   runbooks/broken/differences_test.lua:20:26: steps[1]: box.restart: wanted the error timeout, got none
--> FAIL  broken/box: more steps than were wanted
-->   runbooks/broken/differences_test.lua:24:7: steps[1]: nothing more was wanted, got box.restart {"id":"a"}
--> FAIL  broken/box: fewer steps than were wanted
-->   runbooks/broken/differences_test.lua:28:41: steps[2]: wanted box.start, got no more
--> FAIL  broken/box: everything at once
-->   runbooks/broken/differences_test.lua:32:17: reads[1]: wanted box.look, got no more
-->   runbooks/broken/differences_test.lua:33:16: gate[1]: wanted "start ask 14", got "start allow"
-->   runbooks/broken/differences_test.lua:34:17: notes[1]: wanted "starts", got "begins"
-->   runbooks/broken/differences_test.lua:35:16: told[1]: wanted "escalation", got "ended: broken/box succeeded: restarted"
-->   runbooks/broken/differences_test.lua:36:7: ended: wanted "failed", got "succeeded: restarted"
--> FAIL  broken/box: a happening that cannot happen
-->   runbooks/broken/differences_test.lua:40:12: after 500ms: no approval was pending
-->   runbooks/broken/differences_test.lua:40:43: the run was over before this could happen
--> ok    broken/box: and one that is right
--> 9 cases of runbooks, 8 failed
