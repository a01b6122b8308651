local tools = {}
function tools.one(x) return x end
function tools:two(x) return self.one(x) end
function tools.deep.er(x) return y end
function undefined.thing() end
function undefined_function() end
return runbook { title = "t" }, function(run) tools:two(1) tools.three() end
--> 4:34: undefined name "y"
--> 5:10: undefined name "undefined"
--> 6:10: undefined name "undefined_function"
