"""Opens the store at an address."""

from pathlib import Path

from graph.errors import StoreUriError
from graph.sqlite_store import SqliteStore
from graph.store import Credentials, GraphStore

_NEO4J_SCHEMES = frozenset({"neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"})


def open_store(uri: str | Path, credentials: Credentials | None = None) -> GraphStore:
    """The store at an address. A missing store is created, and an older one is migrated to the present schema.

    Parameters
    ----------
    uri
        A path or ``sqlite:PATH`` for the embedded store; ``neo4j://…``, ``neo4j+s://…``, ``bolt://…`` or
        ``bolt+s://…`` for Neo4j.
    credentials
        For Neo4j. They are never read from the address.

    Raises
    ------
    StoreUriError
        The address has another scheme, or holds a user or password.
    StoreUnavailableError, StoreCredentialsError, StoreSchemaError
        The store does not answer, refuses the credentials, or was written by a newer Ketnoi.
    """
    address = str(uri)
    scheme, separator, rest = address.partition(":")
    if separator and scheme in _NEO4J_SCHEMES:
        if "@" in rest.partition("?")[0]:
            raise StoreUriError(
                "store_uri_credentials",
                "The store's address must not hold a user or password. "
                "Set KETNOI_NEO4J_USER and KETNOI_NEO4J_PASSWORD instead.",
            )
        from graph.neo4j_store import Neo4jStore  # noqa: PLC0415  the driver takes 0.3 s to import

        return Neo4jStore(address, credentials)
    if separator and scheme == "sqlite":
        address = rest
    elif separator and "/" not in scheme and len(scheme) > 1:  # one letter is a Windows drive
        raise StoreUriError(
            "store_uri_scheme",
            f"{scheme}: is no store. Use a path, sqlite:PATH, neo4j://HOST:PORT or bolt://HOST:PORT.",
            scheme=scheme,
        )
    return SqliteStore(Path(address))
