return (string.rep(" ", 20000) .. "x"):match("^%s*(.-)%s*y$")
