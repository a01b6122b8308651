-- What a run says, and how it ends.
return runbook {
  title  = "Say and end",
  params = { how = p.string { match = "[%w_]+" }, who = p.string { default = "web-1" } },
}, function(run, a)
  run:note("looking at ${who}")
  run:note("with values", { n = 1, list = { "a", "b" } })
  run:attach("log.txt", "a line\nanother")
  run:table("disks", { { name = "sda", used = 0.5 } })
  if a.how == "done" then return run:done "all good on ${who}" end
  if a.how == "text" then return "the last value is the message" end
  if a.how == "nothing" then return end
  if a.how == "number" then return 42 end
  if a.how == "fail" then return run:fail "no luck with ${who}" end
  if a.how == "escalate" then run:escalate "look at ${who} yourself" end
  if a.how == "inside" then
    local function deep() run:done "from inside" end
    pcall(deep)
    run:note "never said"
  end
  if a.how == "error" then error "it broke" end
  if a.how == "table" then error { kind = "mine", message = "a table broke" } end
  if a.how == "nil_field" then return run.alert.more end
  if a.how == "prose" then return run:done("what is $" .. "{this}?") end
  if a.how == "tried" then
    local ok, err = run:try(function() error "inside" end)
    return run:done(tostring(ok) .. ", " .. err.kind .. ", " .. err.message)
  end
  if a.how == "tried_done" then
    run:try(function() run:done "straight through" end)
    run:note "never said"
  end
end
