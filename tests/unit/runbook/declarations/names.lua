return runbook {
  params = { container = p.string {} },
  dedup = "docker:${contianer}",
  locks = { "docker/${container}", "docker/${host}", "docker/${", "plain" },
}, function() end
--> error 3:3: dedup: there is no parameter "contianer" (did you mean "container"?)
--> error 4:3: locks: there is no parameter "host"
--> error 4:3: locks: there is no parameter ""
