while true do end
--> 1:1: pack/top_level_loop.lua: more than 5000000 instructions between two calls
