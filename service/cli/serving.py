"""Commands that run and check the service: serve, doctor."""
