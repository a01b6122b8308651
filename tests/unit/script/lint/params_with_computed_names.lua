local name = "box"
return runbook { title = "t", params = { [name] = p.string {}, n = p.int {} } }, function(run, a)
  run:note(a.box .. a.n)
end
