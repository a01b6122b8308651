return runbook {}, function(run, a)
  local seen, list, made = 0, {}, {}
  run:wait { "x", check = function()
    seen = seen + 1
    made.at = now()
    table.insert(list, seen)
    local mine = {}
    mine.x, list[1] = 1, 2
    return seen > 3
  end }
end
--> 4:5: check changes "seen" outside itself: a replay would not repeat that (return the value instead)
--> 5:10: check changes "made" outside itself: a replay would not repeat that (return the value instead)
--> 6:18: check changes "list" outside itself: a replay would not repeat that (return the value instead)
--> 8:17: check changes "list" outside itself: a replay would not repeat that (return the value instead)
