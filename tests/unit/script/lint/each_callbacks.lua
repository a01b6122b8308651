-- What a branch does to what is outside is its own business; what the key function does is not.
return runbook { title = "t" }, function(run)
  local total, names = 0, {}
  run:each({ 1, 2 }, function(n) total = total + n end)
  run:each({ 1, 2 }, { max = 2, key = function(n) total = total + 1 return tostring(n) end }, function(n) names[n] = n end)
  run:each({ 1, 2 }, { kye = tostring }, function(n) end)
  run:each({ 1, 2 }, { key = tostring }, function(n) end)
end
--> 5:51: key changes "total" outside itself: a replay would not repeat that (return the value instead)
--> 6:24: run:each: unknown key "kye" (did you mean "key"?)
--> 7:24: key: write the function here, or as a local function
