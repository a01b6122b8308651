-- run:done has no place in a branch; run:fail there fails the branch.
return runbook { title = "t" }, function(run)
  local ok, err = run:try(function() run:each({ "a" }, function() run:done "over" end) end)
  run:note(err.message)
  local okay, error = run:try(function() run:each({ "a" }, function() run:fail "this one is broken" end) end)
  run:note(error.message)
  run:each({ "a" }, function() run:escalate "a person must look" end)
end
--> start
--< call 2 note pack/branch_that_ends_the_run.lua:3: 1 of 1 failed, first a: pack/branch_that_ends_the_run.lua:3: run:done ends the whole run: inside run:each just return {} :4
--> answer 2 null
--< call 4 note pack/branch_that_ends_the_run.lua:5: 1 of 1 failed, first a: pack/branch_that_ends_the_run.lua:5: this one is broken {} :6
--> answer 4 null
--< ended main failed pack/branch_that_ends_the_run.lua:7: 1 of 1 failed, first a: pack/branch_that_ends_the_run.lua:7: a person must look 0
