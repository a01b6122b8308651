-- Calls with arguments of every sort, as the case says.
return runbook {
  title  = "Calls",
  params = { how = p.string { match = "[%w_]+" } },
  limits = { deadline = "10m", changes = 3 },
}, function(run, a)
  local how = a.how
  if how == "no_plugin" then run:use "nothing" end
  if how == "no_instance" then run:use("box", "nine") end
  local box = run:use("box", "one")
  if how == "no_action" then box.restrat { id = "a" } end
  if how == "unknown_argument" then box.restart { idd = "a" } end
  if how == "positional" then box.restart { "a" } end
  if how == "text" then box.restart "a" end
  if how == "bad_timeout" then box.restart { id = "a", timeout = "a while" } end
  if how == "no_plan" then box.restart { id = "none" } end
  if how == "too_many" then for i = 1, 5 do box.restart { id = "box" .. i } end end
  if how == "all" then
    box.restart { id = "a", force = true, list = { 1, 2.5, "x" }, map = { k = json.null, z = {} }, timeout = "5s" }
  end
  if how == "of_an_answer" then
    local seen = box.look { id = "a" }
    box.restart { id = seen.next, map = seen }
  end
  if how == "tried" then
    local ok, err = run:try(box.look, { id = "b" })
    run:note(tostring(ok) .. " " .. err.kind .. " " .. err.message)
    box.restart { id = "a" }
  end
  if how == "same_twice" then
    box.restart { id = "a" }
    box.restart { id = "a" }
  end
  if how == "while_loop" then
    local n = 0
    while box.look { id = "a" }.n < 3 do
      n = n + 1
      if n > 10 then run:fail "never" end
    end
    run:note("asked " .. n)
  end
  return run:done(how)
end
