local function h(e) error(e) end
while true do xpcall(function() error "x" end, h) end
