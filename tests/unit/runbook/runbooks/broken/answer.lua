return runbook { title = "Mail" }, function(run)
  local box = run:use "box"
  return run:done("mail " .. tostring(box.mail {}.id))
end
