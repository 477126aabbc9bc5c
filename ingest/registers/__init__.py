"""Conversion of public registers of organisations and projects from their own formats into the exchange format."""
