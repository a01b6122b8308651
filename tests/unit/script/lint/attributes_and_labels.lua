return runbook { title = "t" }, function(run)
  local limit <const> = 5
  local hold <close> = nil
  goto finish
  ::finish::
  for i = 1, limit do goto continue ::continue:: end
  run:note(limit .. hold)
end
