-- What goes out as an argument, and what comes back from an answer.
return runbook { title = "t" }, function(run)
  local box = run:use "box"
  local a = box.echo { int = 1, float = 1.0, big = math.maxinteger, small = math.mininteger, nan = 0 / 0,
                       inf = 1 / 0, text = "ä\0\"", bytes = "\xff", yes = true, no = false, null = json.null,
                       list = { 1, 2 }, holes = { 1, nil, 3 }, map = { b = 1, a = 2 }, empty = {} }
  run:note(math.type(a.int) .. math.type(a.float) .. math.type(a.huge) .. a.text .. #a.list .. tostring(a.null))
  run:note(tostring(a.list[2] == json.null) .. tostring(a.map.x) .. type(a.empty))
  return tostring(a.deep[1][1][1].x)
end
--> start
--< call 1 use box {} :3
--> answer 1 {"instance":"box/one"}
--< call 2 action box.echo {"args":{"big":9223372036854775807,"bytes":"\udcff","empty":[],"float":1.0,"holes":[1,null,3],"inf":"+Inf","int":1,"list":[1,2],"map":{"a":2,"b":1},"nan":"NaN","no":false,"null":null,"small":-9223372036854775808,"text":"ä\u0000\"","yes":true},"instance":"box/one"} :4
--> answer 2 {"int":1,"float":1.5,"huge":1e300,"text":"ä","list":[1,null,3],"null":null,"map":{"x":null},"empty":{},"deep":[[[{"x":5}]]]}
--< call 3 note integerfloatfloatä3nil {} :7
--> answer 3 null
--< call 4 note trueniltable {} :8
--> answer 4 null
--< ended main done 5 0
