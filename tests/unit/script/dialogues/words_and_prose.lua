-- Prose is filled in, once; what is filled in is not looked at again.
return runbook { title = "t" }, function(run, a)
  run:note "at ${host}: ${n} of ${n}, ${yes}, $host, {host}, $${n}"
  run:note("${host} with values", { host = "${host}" })
  run:attach("name ${host}", "value")
  run:table("rows", { { a = 1 }, { a = 2 } })
  run:note(5)
  run:note(tostring(nil))
  run:note { "a table" }
  run:note(a.evil)
  run:note "${evil}"
  run:done(a.host)
end
--> params {"host":"web-1","n":3,"yes":true,"evil":"${host} %1 ${n}"}
--> start
--< call 1 note at web-1: 3 of 3, true, $host, {host}, $3 {} :3
--> answer 1 null
--< call 2 note web-1 with values {"values":{"host":"${host}"}} :4
--> answer 2 null
--< call 3 attach name ${host} {"value":"value"} :5
--> answer 3 null
--< call 4 table rows {"rows":[{"a":1},{"a":2}]} :6
--> answer 4 null
--< call 5 note 5 {} :7
--> answer 5 null
--< call 6 note nil {} :8
--> answer 6 null
--< call 7 note table: 1 {} :9
--> answer 7 null
--< call 8 note web-1 %1 3 {} :10
--> answer 8 null
--< call 9 note ${host} %1 ${n} {} :11
--> answer 9 null
--< ended main done web-1 0
