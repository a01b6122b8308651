while true do re.match("aaaaaaaaab", "(a*)*b") end
