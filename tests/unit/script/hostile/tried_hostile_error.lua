run:try(function() error(setmetatable({}, { __index = function() while true do end end })) end)
return "ended well"
