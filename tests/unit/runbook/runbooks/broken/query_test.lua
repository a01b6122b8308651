return runbook_test {
  runbook = "broken/asks",
  queries = { up = { 1 } },
  { "both expressions", queries = { down = { 1 } }, expect = { ended = "succeeded" } },
  { "one that the case does not know", expect = { ended = "succeeded" } },
}
--> ok    broken/asks: both expressions
--> FAIL  broken/asks: one that the case does not know
-->   runbooks/broken/query_test.lua:5:51: ended: wanted "succeeded", got "failed: broken/asks.lua:3: the case has no answers (queries) for down"
--> 2 cases of runbooks, 1 failed
