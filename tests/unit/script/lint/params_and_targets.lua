return runbook {
  title = "t", params = { container = p.string {}, count = p.int { required = false } },
}, function(run, a)
  local box = run:use("box", a.containr)
  box.stop { id = a["contaner"], n = a.count, m = a[run.id], l = a.b }
  a.mine, a.own = 5, 6
  a.own = a.container
  a.own = a.own .. a.onw
  run:use("box", nil)
  run:use("box", " ")
  run:use("box", a.container)
  local b = a
  a = { other = 1 }
  run:note(a.other .. b.container)
end
--> 4:32: there is no parameter "containr" (did you mean "container"?)
--> 5:21: there is no parameter "contaner" (did you mean "container"?)
--> 5:68: there is no parameter "b"
--> 6:5: there is no parameter "mine"
--> 8:22: there is no parameter "onw" (did you mean "own"?)
--> 9:18: run:use: the instance is nil (name one, or leave the second argument out for the plugin's only instance)
--> 10:18: run:use: the instance is blank (name one, or leave the second argument out for the plugin's only instance)
