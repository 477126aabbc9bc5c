"""Reading of files in every format and encoding, as sheets of text cells."""
