-- An undo that declares an undo: that one runs too.
return runbook { title = "t" }, function(run)
  run:undo(function()
    run:undo(function() run:note "deeper" end)
    run:note "outer"
  end)
  run:fail "x"
end
--> start
--< ended main failed x 1
--> clean_up
--< call cleanup/1 note outer {} :5
--> answer cleanup/1 null
--< call cleanup/2 note deeper {} :4
--> answer cleanup/2 null
--< ended cleanup done  0
