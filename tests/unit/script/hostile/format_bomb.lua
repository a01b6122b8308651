local s = ("x"):rep(4 << 20)
while true do s = string.format("%s%s", s, s) end
