return runbook { title = "t" }, function(run)
  local a, b = 1, 2
  local x = a + b - a * b / a // b % a ^ b .. "s"
  local y = a & b | a ~ b << a >> b
  local z = not a == b and a ~= b or a < b and a <= b and a > b and a >= b
  local u = -a + ~b + #"abc" - - a
  local t = { a, b; [a] = b, ["k"] = a, k = b, f = function() return x, y, z, u end, }
  local s = ("x"):rep(3):upper() .. [[long
string]] .. [==[another ]] one]==] .. 'single' .. "esc\z
     aped\x41\u{48}\065\n"
  local n = 0xff + 0x1p4 + 1e3 + .5 + 5. + 3 // 1
  local f = t.f{} (t.f"x")
  run:note(s, { n = n, t = t.k, f = f, v = select("#") })
end
