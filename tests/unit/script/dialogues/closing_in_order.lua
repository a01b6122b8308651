-- What is to be closed is closed last first, and may ask.
local function hold(run, name)
  run:note("take " .. name)
  return setmetatable({}, { __close = function() run:note("give " .. name) end })
end
return runbook { title = "t" }, function(run)
  local a <close> = hold(run, "a")
  local b <close> = hold(run, "b")
  run:fail "it did not work"
end
--> start
--< call 1 note take a {} :3
--> answer 1 null
--< call 2 note take b {} :3
--> answer 2 null
--< call 3 note give b {} :4
--> answer 3 null
--< call 4 note give a {} :4
--> answer 4 null
--< ended main failed it did not work 0
