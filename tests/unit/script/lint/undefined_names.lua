return runbook { title = "t", params = { container = p.string {} } }, function(run, a)
  local container = a.container
  run:note(contaner)
  prnt("x")
  strng.format("%d", 1)
end
--> 3:12: undefined name "contaner" (did you mean "container"?)
--> 4:3: undefined name "prnt"
--> 5:3: undefined name "strng" (did you mean "string"?)
