local function f() local h <close> = setmetatable({}, { __close = f }) error "x" end
f()
