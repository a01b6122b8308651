return runbook { title = "t" }, function(run)
  local function deep(n) return n == 0 and 0 or 1 + deep(n - 1) end
  run:note(tostring(deep(10000)))
  local ok, err = run:try(function() return deep(1e7) end)
  return tostring(ok) .. " " .. err.message:match("stack overflow")
end
--> start
--< call 1 note 10000 {} :3
--> answer 1 null
--< ended main limit more than 32 MiB of memory 0
