local s = ("é"):rep(1000000)
while true do utf8.len(s) end
