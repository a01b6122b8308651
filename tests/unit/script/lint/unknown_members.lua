return runbook { params = { a = p.strin {} } }, function(run, a)
  return string.trim(a.a) .. math.ranom(3) .. table.concat {}
end
--> 1:35: p has no "strin" (did you mean "string"?)
--> 2:17: string has no "trim"
--> 2:35: math has no "ranom" (did you mean "random"?)
