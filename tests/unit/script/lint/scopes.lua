-- What is visible where.
local outer = 1
return runbook { title = "t" }, function(run, a)
  do local inner = outer end
  run:note(inner)
  for i = 1, 3 do local loop = i end
  run:note(i, loop)
  for k, v in pairs(a) do run:note(k .. v) end
  run:note(k)
  local function named(x) return named and x end
  local again = function(y) return again end
  repeat local last = 1 until last == 1
  run:note(last)
  if outer then local yes = 1 else run:note(yes) end
  while outer do local w = 1 break end
  run:note(w)
end
--> 5:12: undefined name "inner"
--> 7:12: undefined name "i"
--> 7:15: undefined name "loop"
--> 9:12: undefined name "k"
--> 11:36: undefined name "again"
--> 13:12: undefined name "last"
--> 14:45: undefined name "yes"
--> 16:12: undefined name "w"
