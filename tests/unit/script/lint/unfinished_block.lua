return runbook { title = "t" }, function(run)
  if run then
    run:note "x"
end
--> 5:1: 'end' expected (to close 'function' at line 1) near <eof>
