"""Single cells as Vietnamese staff write them, in the one form each value is stored in.

Every function that reads a cell takes its text (NFC, stripped) and gives a
:class:`~ingest.normalise.result.Normalised`: the value and what has to be said about it. A text that cannot be read
raises :class:`ingest.values.CellError` with the code of an issue and the nearest right form. Read again, the normal
form of a value gives itself. What the functions know about the world stands in the TOML file of their name.

- :mod:`~ingest.normalise.kinds`: actor, relationship and opportunity kinds from words, names and titles
- :mod:`~ingest.normalise.fields`: fields of technology from labels, terms and groups of either decision
- :mod:`~ingest.normalise.dates`: dates and spans
- :mod:`~ingest.normalise.money`: amounts in đồng and dollars, units of a header
- :mod:`~ingest.normalise.phones`, :mod:`~ingest.normalise.web`, :mod:`~ingest.normalise.identifiers`: contacts, codes
- :mod:`~ingest.normalise.places`: wards and communes, the districts there were, provinces
"""
