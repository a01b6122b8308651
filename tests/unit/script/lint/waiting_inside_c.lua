return runbook { params = { list = p.list {}, text = p.string {} } }, function(run, a)
  local docker = run:use "docker"
  table.sort(a.list, function(x, y) return docker.inspect { id = x }.n < 3 end)
  a.text:gsub("%w+", function(w) run:note(w) end)
  string.gsub(a.text, "%w+", function(w) return w end)
end
--> 3:51: a call of run or of a plugin cannot stand inside a table.sort function: make a list first
--> 4:38: a call of run or of a plugin cannot stand inside a string.gsub function: make a list first
