local function f() local ok = pcall(f) while true do end end
f()
