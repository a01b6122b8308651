local cases = { runbook = "broken/box" }
for i = 1, 2 do table.insert(cases, { "case " .. i, at = { { "soon", halt = "x" } }, expect = { ended = "x" } }) end
return runbook_test(cases)
--> runbooks/broken/generated_test.lua:1:1: case "case 1": a happening begins with its time: { "10s", approve = "anna" }
--> runbooks/broken/generated_test.lua:1:1: case "case 2": a happening begins with its time: { "10s", approve = "anna" }
--> 0 cases of runbooks, 1 failed
