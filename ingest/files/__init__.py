"""Files of every format and encoding, as sheets of text cells."""
