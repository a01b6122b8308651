-- Inside a check there is nothing but reading: no wait, no branches, no end.
return runbook { title = "t" }, function(run, a)
  local function inside(what)
    return run:wait { what, check = function()
      if what == "wait" then run:wait { "again", expr = "x" } end
      if what == "each" then run:each({ 1 }, function() end) end
      if what == "done" then run:done "over" end
      if what == "fail" then run:fail "no" end
      return true
    end }
  end
  for _, what in ipairs { "wait", "each", "done", "fail", "nothing" } do inside(what) end
end
--> start
--< call 1 wait wait {"check":true} :12
--> check 1
--< checked 1 error {"kind":"script","message":"pack/wait_check_may_not_change.lua:5: run:wait cannot stand inside a check"}
--> answer 1 true
--< call 2 wait each {"check":true} :12
--> check 2
--< checked 2 error {"kind":"script","message":"pack/wait_check_may_not_change.lua:6: run:each cannot stand inside a check"}
--> answer 2 true
--< call 3 wait done {"check":true} :12
--> check 3
--< checked 3 error {"kind":"done","message":"pack/wait_check_may_not_change.lua:7: over"}
--> answer 3 true
--< call 4 wait fail {"check":true} :12
--> check 4
--< checked 4 error {"kind":"failed","message":"pack/wait_check_may_not_change.lua:8: no"}
--> answer 4 true
--< call 5 wait nothing {"check":true} :12
--> check 5
--< checked 5 ok true
