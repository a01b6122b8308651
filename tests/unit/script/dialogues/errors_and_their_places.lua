-- Each error says where the script was, not where the prelude is.
local function deep(run)
  run:note(nil .. "x")
end
return runbook { title = "t" }, function(run)
  local box = run:use "box"
  local function say(fn)
    local ok, err = run:try(fn)
    run:note(err.kind .. " | " .. err.message)
  end
  say(function() deep(run) end)
  say(function() local x = box.stop {} end)
  say(function() error "plain" end)
  say(function() error("no place", 0) end)
  say(function() error("of the caller", 2) end)
  say(function() error { kind = "mine", message = "made by hand" } end)
  say(function() local t = nil; return t.x end)
  say(function() return #5 end)
  say(function() return {} < {} end)
  say(function() string.rep() end)
  say(function() run:each({}, function() end) end)
  say(function() table.sort({ 2, 1 }, function() run:note "x" end) end)
end
--> start
--< call 1 use box {} :6
--> answer 1 {"instance":"box/one"}
--< call 2 note script | pack/errors_and_their_places.lua:3: attempt to concatenate a nil value {} :9
--> answer 2 null
--< call 3 action box.stop {"args":[],"instance":"box/one"} :12
--> fail 3 conflict it is stopped already
--< call 4 note conflict | pack/errors_and_their_places.lua:12: it is stopped already {} :9
--> answer 4 null
--< call 5 note script | pack/errors_and_their_places.lua:13: plain {} :9
--> answer 5 null
--< call 6 note script | no place {} :9
--> answer 6 null
--< call 7 note script | of the caller {} :9
--> answer 7 null
--< call 8 note mine | made by hand {} :9
--> answer 8 null
--< call 9 note script | pack/errors_and_their_places.lua:17: attempt to index a nil value (local 't') {} :9
--> answer 9 null
--< call 10 note script | pack/errors_and_their_places.lua:18: attempt to get length of a number value {} :9
--> answer 10 null
--< call 11 note script | pack/errors_and_their_places.lua:19: attempt to compare two table values {} :9
--> answer 11 null
--< call 12 note script | pack/errors_and_their_places.lua:20: bad argument #1 to 'rep' (string expected, got no value) {} :9
--> answer 12 null
--< call 13 note script | pack/errors_and_their_places.lua:21: run:each: an empty list is an error: nothing was selected {} :9
--> answer 13 null
--< call 14 note script | pack/errors_and_their_places.lua:22: a call of run or of a plugin cannot stand inside a sort or gsub function {} :9
--> answer 14 null
--< ended main done  0
