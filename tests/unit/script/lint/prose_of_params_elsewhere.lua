local params = require "lib/params"
return runbook { title = "t", params = params }, function(run)
  run:note "${whatever}"
end
--> 1:1: require "lib/params": the pack has no pack/lib/params.lua
