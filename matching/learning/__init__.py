"""Training a ranker on a network's own past."""
