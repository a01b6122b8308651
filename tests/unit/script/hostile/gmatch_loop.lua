for w in ("x"):rep(4 << 20):gmatch("[^%s][^%s]-$") do end
