"""Record linkage: finds records of the same actor as candidate pairs, probabilities, links and pairs for a person."""
