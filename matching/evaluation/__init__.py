"""Measures how good the suggestions are, and compares them with the usual baselines."""
