"""Normalisation of single cells: from the way Vietnamese staff write a value to the one form in which it is stored.

Every function that reads a cell takes its text (NFC, stripped) and returns a
:class:`~ingest.normalise.result.Normalised`: the value, and the issues to be reported about it. A text that cannot be
read raises :class:`ingest.values.CellError` with the code of an issue and the most likely correct form. Reading the
normal form of a value returns the same value. The facts that the functions use are in the TOML file with their name.

- :mod:`~ingest.normalise.kinds`: kinds of actors, relationships and opportunities from words, names and titles
- :mod:`~ingest.normalise.fields`: fields of technology from labels, terms and the groups of both decisions
- :mod:`~ingest.normalise.dates`: dates and periods
- :mod:`~ingest.normalise.money`: amounts in đồng and other currencies, and the units that headers name
- :mod:`~ingest.normalise.phones`, :mod:`~ingest.normalise.web`, :mod:`~ingest.normalise.identifiers`: contacts, codes
- :mod:`~ingest.normalise.places`: wards and communes, the former districts, provinces
"""
