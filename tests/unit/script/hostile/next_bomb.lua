local t = {}
for i = 1, 10000 do t["k" .. i] = i end
while true do next(t, "k5") next({ k5 = 1, a = 2 }, "k5") end
