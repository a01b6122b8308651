local ok, err = pcall(string.rep, "x", 1 << 60)
while true do ("x"):rep(4 << 20) end
