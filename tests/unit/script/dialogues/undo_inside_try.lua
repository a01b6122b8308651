return runbook { title = "t" }, function(run)
  run:try(function() run:undo(function() run:note "undone" end) error "inside" end)
  run:note "went on"
  return "fine"
end
--> start
--< call 1 note went on {} :3
--> answer 1 null
--< ended main done fine 1
