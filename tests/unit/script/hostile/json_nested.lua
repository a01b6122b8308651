return json.decode(("["):rep(100000))
