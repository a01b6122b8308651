return runbook { title = "t" }, function(run)
  run:each({ "a", "b" }, { ramp = false }, function(id)
    run:undo(function() run:note("undo " .. id) end)
    run:note(id)
    if id == "b" then error "b broke" end
  end)
end
--> start
--< call 1/a/1 note a {} :4
--< call 1/b/1 note b {} :4
--> answer 1/b/1 null
--> answer 1/a/1 null
--< ended main failed pack/clean_up_of_branches.lua:2: 1 of 2 failed, first b: pack/clean_up_of_branches.lua:5: b broke 2
--> clean_up
--< call cleanup/1 note undo b {} :3
--> answer cleanup/1 null
--< call cleanup/2 note undo a {} :3
--> answer cleanup/2 null
--< ended cleanup done  0
