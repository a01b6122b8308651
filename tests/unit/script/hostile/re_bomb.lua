return re.match(("a"):rep(1000000), ("(a?){1000}"):rep(20))
