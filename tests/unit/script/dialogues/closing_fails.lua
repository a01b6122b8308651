return runbook { title = "t" }, function(run)
  local a <close> = setmetatable({}, { __close = function() error("cannot give back", 0) end })
  error("first", 0)
end
--> start
--< ended main failed cannot give back 0
