return runbook { title = "t" }, function(run)
  run:wait { "a function", check = function() return { f = next } end }
end
--> start
--< call 1 wait a function {"check":true} :2
--> check 1
--< ended main failed pack/wait_check_gives_what_cannot_cross.lua:2: what check returns holds a function 0
