return tostring(string.find(string.rep("a", 26), string.rep("a-", 26) .. "b"))
