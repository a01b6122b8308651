return runbook { title = "t" }, function(run, a)
  local state = {}
  local function pure() local mine = {} mine.x = 1 table.insert(mine, 2) return mine end
  local function impure() state.seen = true end
  local function nested() local function inner() state.n = 1 end return inner() end
  run:wait { "a", check = pure }
  run:wait { "b", check = impure }
  run:wait { "c", check = nested }
  run:wait { "d", check = function() for i = 1, 3 do local x = i x = x + 1 end return true end }
  run:wait { "e", check = function() state[#state + 1] = now() return true end }
  run:wait { "f", check = function() table.sort(state) return true end }
  run:wait { "g", check = "pure" }
  run:wait { "h", check = function() a = nil return true end }
end
--> 4:33: check changes "state" outside itself: a replay would not repeat that (return the value instead)
--> 5:56: check changes "state" outside itself: a replay would not repeat that (return the value instead)
--> 10:43: check changes "state" outside itself: a replay would not repeat that (return the value instead)
--> 11:49: check changes "state" outside itself: a replay would not repeat that (return the value instead)
--> 12:19: check: write the function here, or as a local function
--> 13:38: check changes "a" outside itself: a replay would not repeat that (return the value instead)
