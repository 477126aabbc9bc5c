"""How good the suggestions are, measured beside the usual baselines."""
