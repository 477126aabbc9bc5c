"""The errors that Ketnoi raises on purpose.

::

    KetnoiError
    ├── InvalidQueryError      a question that cannot be answered as it is asked
    │   └── NotFoundError      … because something it names is not in the network
    ├── KindsError             the kinds or fields files contradict themselves
    ├── SnapshotError          tables that make no consistent snapshot
    ├── StoreError             the graph store refused or failed
    │   ├── StoreUriError          an address that names no store
    │   ├── StoreUnavailableError  no answer for now: trying again may help
    │   ├── StoreCredentialsError  user or password refused
    │   ├── StoreSchemaError       written by another version of Ketnoi
    │   └── DanglingEndError       a relationship or participation whose end is not stored
    ├── IngestError            a file or folder that cannot be read at all
    └── ModelError             a ranker that does not fit the features or the network

A single bad row is not an exception but an :class:`ingest.issues.Issue`.
"""

from collections.abc import Mapping
from types import MappingProxyType


class KetnoiError(Exception):
    """A failure with a stable code, a message that says what to do, and its parameters.

    Parameters
    ----------
    code
        Snake-case name of the failure; stable, so that catalogues and clients may rely on it.
    message
        One or two English sentences: what is wrong, and what to do next. Free of secrets and of personal data.
    **context
        The parameters of the message, for translation and for machine-readable answers.
    """

    def __init__(self, code: str, message: str, **context: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.context: Mapping[str, object] = MappingProxyType(dict(context))


class InvalidQueryError(KetnoiError):
    """A question that cannot be answered as it is asked."""


class NotFoundError(InvalidQueryError):
    """Something that the question names is not in the network."""


class KindsError(KetnoiError):
    """The kinds or fields files contradict themselves."""


class SnapshotError(KetnoiError):
    """Tables that make no consistent snapshot."""


class StoreError(KetnoiError):
    """The graph store refused or failed."""


class StoreUriError(StoreError):
    """An address that names no store."""


class StoreUnavailableError(StoreError):
    """The store does not answer for now; trying again may help."""


class StoreCredentialsError(StoreError):
    """User or password were refused."""


class StoreSchemaError(StoreError):
    """The store was written by another version of Ketnoi."""


class DanglingEndError(StoreError):
    """A relationship or participation names an actor or project that is not stored."""


class IngestError(KetnoiError):
    """A file or folder that cannot be read at all."""


class ModelError(KetnoiError):
    """A ranker that does not fit the features or the network."""
