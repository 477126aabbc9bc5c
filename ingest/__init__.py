"""Ingest: reads files, validates their rows and writes the facts to a store."""
