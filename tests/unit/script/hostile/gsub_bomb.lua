local s = string.rep("a", 100000)
return (s:gsub(".-.-.-b", "x"))
