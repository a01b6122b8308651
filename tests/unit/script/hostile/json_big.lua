local t = {}
for i = 1, 99999 do t[i] = "x" end
while true do json.encode(t) end
