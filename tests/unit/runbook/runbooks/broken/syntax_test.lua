return runbook_test {
  { "x" "y" }
}
--> runbooks/broken/syntax_test.lua:2:9: '}' expected near '"y"'
--> 0 cases of runbooks, 1 failed
