-- An empty table of Lua is no list and no map yet: it is what is wanted where it stands.
return runbook {
  params = {}, limits = {}, safety = {}, alerts = {}, locks = {},
}, function() end
--> title pack/empty_tables
--> alerts 
--> dedup 
--> locks 
--> deadline 1h
--> changes 10
--> mode 
