local s = ("x"):rep(4 << 20)
while true do s:upper() end
