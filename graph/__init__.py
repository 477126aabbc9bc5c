"""The record of the network: kinds, facts, stores and read-only snapshots of them."""
