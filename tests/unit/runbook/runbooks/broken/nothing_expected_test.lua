return runbook_test {
  runbook = "broken/box",
  { "cannot fail", expect = {} },
  { "cannot fail either" },
  { expect = { ended = "succeeded" } },
  { "two", "names", expect = { ended = "succeeded" } },
}
--> runbooks/broken/nothing_expected_test.lua:3:20: a case that expects nothing cannot fail
--> runbooks/broken/nothing_expected_test.lua:4:3: a case that expects nothing cannot fail
--> runbooks/broken/nothing_expected_test.lua:5:3: a case begins with its name: { "restarts once", ... }
--> runbooks/broken/nothing_expected_test.lua:6:3: a case begins with its name: { "restarts once", ... }
--> 0 cases of runbooks, 1 failed
