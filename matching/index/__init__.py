"""The network prepared for scoring: a snapshot's facts as arrays, computed once."""
