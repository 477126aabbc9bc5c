"""The state of the service as the API gives it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from service.schemas.common import LooseStamp, Outgoing


class Health(Outgoing):
    """The process is alive."""

    status: Literal["alive"] = "alive"


class StoreOut(Outgoing):
    """How the store answered the last check."""

    answers: bool
    checked_at: datetime | None = Field(description="Null until the first check ends.")
    failure: str | None = Field(description="Code of the failure; null if the store answered.")


class Readiness(LooseStamp):
    """Whether the service can answer questions, and from which network."""

    ready: bool = Field(description="A network is loaded. It stays so while the store is away.")
    store: StoreOut


class Version(LooseStamp):
    """The version of the service."""

    version: str = Field(examples=["0.1.0"])
