"""Public registers of organisations and projects, converted from their official formats into the exchange format."""
