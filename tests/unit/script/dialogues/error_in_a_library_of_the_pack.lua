return runbook { title = "t" }, function(run)
  local ok, err = pcall(require, "lib/none")
  run:note(tostring(ok) .. " " .. tostring(err))
  require "lib/none"
end
--> start
--< call 1 note false require "lib/none": the pack has no pack/lib/none.lua {} :3
--> answer 1 null
--< ended main failed pack/error_in_a_library_of_the_pack.lua:4: require "lib/none": the pack has no pack/lib/none.lua 0
