run:each({ 1, 2, 3 }, { ramp = false }, function() while true do pcall(function() while true do end end) end end)
