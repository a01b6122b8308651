return runbook { title = "t" }, function(run)
  local box = run:use "box"
  local list = { 2, 1 }
  table.sort(list, function(x, y) box.compare { x = x, y = y } return x < y end)
  local text = ("abc"):gsub("%w", function(c) run:note(c) return c end)
  text = string.gsub(text, "b", function(c) return box.look {}.c end)
  table.sort(list, function(x, y) return x < y end)
  run:each(list, function(x) box.look { x = x } end)
  local function helper() box.look {} end
  table.sort(list, helper)
  pcall(function() box.look {} end)
  run:try(function() box.look {} end)
end
--> 4:39: a call of run or of a plugin cannot stand inside a table.sort function: make a list first
--> 5:51: a call of run or of a plugin cannot stand inside a string.gsub function: make a list first
--> 6:56: a call of run or of a plugin cannot stand inside a string.gsub function: make a list first
