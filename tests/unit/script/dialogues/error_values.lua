-- A value that is raised is told as it is written, bounded and in a fixed order, with the place of its error().
return runbook { title = "t" }, function(run)
  local big = {}
  for i = 1, 50 do big[i] = i end
  local deep = { { { { 1 } } } }
  for i, what in ipairs { 42, false, { 1, "a\nb", 2.5 }, { [3] = 1, b = {}, a = "x" }, { big, deep }, type } do
    local ok, err = run:try(function() error(what) end)
    local said, other = run:try(function() run:all { function() error(what) end } end)
    run:note(i .. " " .. other.message)
  end
  local ok, err = pcall(error, { again = true })
  local ok, err = pcall(function() error({ code = 5, msg = "boo" }) end)
  error(err)
end
--> start
--< call 2 note 1 pack/error_values.lua:8: 1 of 1 failed, first 1: pack/error_values.lua:8: an error that is a number: 42 {} :9
--> answer 2 null
--< call 4 note 2 pack/error_values.lua:8: 1 of 1 failed, first 1: pack/error_values.lua:8: an error that is a boolean: false {} :9
--> answer 4 null
--< call 6 note 3 pack/error_values.lua:8: 1 of 1 failed, first 1: pack/error_values.lua:7: an error that is a table: {1, "a\nb", 2.5} {} :9
--> answer 6 null
--< call 8 note 4 pack/error_values.lua:8: 1 of 1 failed, first 1: pack/error_values.lua:7: an error that is a table: {[3] = 1, a = "x", b = {}} {} :9
--> answer 8 null
--< call 10 note 5 pack/error_values.lua:8: 1 of 1 failed, first 1: pack/error_values.lua:7: an error that is a table: {{50 items}, {{{...}}}} {} :9
--> answer 10 null
--< call 12 note 6 pack/error_values.lua:8: 1 of 1 failed, first 1: pack/error_values.lua:8: an error that is a function: function {} :9
--> answer 12 null
--< ended main failed pack/error_values.lua:12: an error that is a table: {code = 5, msg = "boo"} 0
