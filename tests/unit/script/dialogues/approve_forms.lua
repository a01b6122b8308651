return runbook { title = "t" }, function(run, a)
  run:approve "Restart ${box}?"
  run:approve { "Stop ${box}?", by = "sre", within = "15m" }
  run:approve { text = "Third" }
  local ok, err = run:try(function() run:approve {} end)
  run:note(err.message)
  ok, err = run:try(function() run:approve { "x", fro = "me" } end)
  run:note(err.message)
  ok, err = run:try(function() run:approve "no" end)
  return err.kind .. " " .. err.step
end
--> params {"box":"web-1"}
--> start
--< call 1 approve Restart web-1? {} :2
--> answer 1 {"by":"anna"}
--< call 2 approve Stop web-1? {"by":"sre","within":"15m"} :3
--> answer 2 {"by":"anna"}
--< call 3 approve Third {} :4
--> answer 3 {"by":"anna"}
--< call 4 note pack/approve_forms.lua:5: run:approve needs a text that says what is approved {} :6
--> answer 4 null
--< call 5 note pack/approve_forms.lua:7: run:approve: unknown key "fro" {} :8
--> answer 5 null
--< call 6 approve no {} :9
--> fail 6 denied not approved
--< ended main done denied 6 0
