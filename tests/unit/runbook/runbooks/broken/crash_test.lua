-- A step of class once whose answer the script needs: after a crash nobody has it.
return runbook_test {
  runbook = "broken/answer",
  actions = { ["box.mail"] = { class = "once", args = {}, reply = { id = 7 } } },
  { "a crash changes how it ends",
    crash = true,
    expect = { ended = "succeeded: mail 7" },
  },
  { "what is probed and started twice",
    crash = true,
    actions = { ["box.mail"] = { class = "probed", args = {}, settles = "0s", takes = "2s", probe = { "not_started" },
                                 reply = { id = 7 } } },
    expect = { ended = "succeeded: mail 7" },
  },
}
--> FAIL  broken/answer: a crash changes how it ends
-->   runbooks/broken/crash_test.lua:5:3: killed 1ms after the start: wanted the end "succeeded: mail 7", got "succeeded: mail nil"
--> FAIL  broken/answer: what is probed and started twice
-->   runbooks/broken/crash_test.lua:9:3: killed 1ms after the start: box.mail {} happened 2 times, not 1
--> 2 cases of runbooks, 2 failed
