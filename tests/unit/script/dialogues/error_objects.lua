-- What a script raises reaches people as text, whatever it is.
return runbook { title = "t" }, function(run)
  for i, what in ipairs { "text", { message = "of a table" }, { kind = "mine" }, 5, true, setmetatable({}, {}) } do
    local ok, err = run:try(function() error(what, 0) end)
    run:note(i .. " " .. type(err) .. " " .. tostring(type(err) == "table" and (err.message or err.kind)))
  end
  error { kind = "last", message = "the end" }
end
--> start
--< call 1 note 1 table text {} :5
--> answer 1 null
--< call 2 note 2 table of a table {} :5
--> answer 2 null
--< call 3 note 3 table mine {} :5
--> answer 3 null
--< call 4 note 4 table an error that is a number: 5 {} :5
--> answer 4 null
--< call 5 note 5 table an error that is a boolean: true {} :5
--> answer 5 null
--< call 6 note 6 table nil {} :5
--> answer 6 null
--< ended main failed the end 0
