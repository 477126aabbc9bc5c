"""Which records are of the same actor: candidate pairs, their probability, and what only a person may decide."""
