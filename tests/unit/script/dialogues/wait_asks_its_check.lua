-- The check is asked from the top each time; its calls have paths of their own and count anew.
return runbook { title = "t" }, function(run)
  local box = run:use "box"
  local got = run:wait { "up and running", every = "10s", hold = "30s", timeout = "5m", check = function()
    local state = box.inspect { id = "a" }
    local load = box.load { id = "a" }
    return state.up and load.n < 1 and { n = load.n }
  end }
  return "load " .. got.n
end
--> start
--< call 1 use box {} :3
--> answer 1 {"instance":"box/local"}
--< call 2 wait up and running {"check":true,"every":"10s","hold":"30s","timeout":"5m"} :4
--> check 2
--< call 2?1 action box.inspect {"args":{"id":"a"},"instance":"box/local"} :5
--> answer 2?1 {"up":true}
--< call 2?2 action box.load {"args":{"id":"a"},"instance":"box/local"} :6
--> answer 2?2 {"n":3}
--< checked 2 ok false
--> check 2
--< call 2?1 action box.inspect {"args":{"id":"a"},"instance":"box/local"} :5
--> answer 2?1 {"up":false}
--< call 2?2 action box.load {"args":{"id":"a"},"instance":"box/local"} :6
--> answer 2?2 {"n":0}
--< checked 2 ok false
--> check 2
--< call 2?1 action box.inspect {"args":{"id":"a"},"instance":"box/local"} :5
--> answer 2?1 {"up":true}
--< call 2?2 action box.load {"args":{"id":"a"},"instance":"box/local"} :6
--> answer 2?2 {"n":0.5}
--< checked 2 ok {"n":0.5}
--> answer 2 {"n":0.5}
--< ended main done load 0.5 0
