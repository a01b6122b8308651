-- Which failure is named, and that the others of a wave are waited for.
return runbook { title = "t" }, function(run)
  local box = run:use "box"
  local ok, err = run:try(function()
    return run:each({ "a", "b", "c" }, { ramp = false }, function(id) return box.restart { id = id } end)
  end)
  run:note(tostring(ok) .. " " .. err.message)
  local results, failures = run:each({ "d", "e" }, { stop_after = 3, ramp = false }, function(id)
    return box.restart { id = id }.n
  end)
  return #failures .. " " .. failures[1].key .. " " .. failures[1].err.kind .. " " .. tostring(results[2])
end
--> start
--< call 1 use box {} :3
--> answer 1 {"instance":"box/local"}
--< call 2/a/1 action box.restart {"args":{"id":"a"},"instance":"box/local"} :0
--< call 2/b/1 action box.restart {"args":{"id":"b"},"instance":"box/local"} :0
--< call 2/c/1 action box.restart {"args":{"id":"c"},"instance":"box/local"} :0
--> fail 2/b/1 timeout too late
--> answer 2/a/1 {}
--> fail 2/c/1 conflict busy
--< call 3 note false pack/branches_fail_and_are_counted.lua:4: 2 of 3 failed, first b: too late {} :7
--> answer 3 null
--< call 4/d/1 action box.restart {"args":{"id":"d"},"instance":"box/local"} :9
--< call 4/e/1 action box.restart {"args":{"id":"e"},"instance":"box/local"} :9
--> fail 4/d/1 denied no rights
--> answer 4/e/1 {"n":7}
--< ended main done 1 d denied 7 0
