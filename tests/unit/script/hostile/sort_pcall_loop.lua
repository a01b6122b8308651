table.sort({ 1, 2 }, function() while true do pcall(function() while true do end end) end end)
