"""One suite of behaviour for each protocol, run over everything that implements it."""
