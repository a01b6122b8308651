return runbook {}, function(run, a)
  local n, checks = 0, {}
  local function check()
    n = n + 1
    return true
  end
  run:wait { "x", check = check }
  run:wait { "y", check = checks.up }
end
--> 4:5: check changes "n" outside itself: a replay would not repeat that (return the value instead)
--> 8:19: check: write the function here, or as a local function
