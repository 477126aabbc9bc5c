"""Settings of the service and the command line, from the environment or a ``.env`` file."""

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.opening import open_store
from graph.store import Credentials, GraphStore


class Settings(BaseSettings):
    """Every setting there is; each is read from ``KETNOI_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="KETNOI_", env_file=".env", extra="ignore", frozen=True)

    store: str = Field(
        default_factory=lambda: str(user_data_path("ketnoi") / "network.db"),
        description="Where the network is kept: a path, sqlite:PATH, neo4j://HOST:PORT or bolt://HOST:PORT.",
    )
    models: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=lambda: user_data_path("ketnoi") / "models",
        description="Folder of the network's own rankers, partner.json and brief.json, as ketnoi train writes them.",
    )
    neo4j_user: str = Field(default="neo4j", description="User for a Neo4j store.")
    neo4j_password: SecretStr | None = Field(default=None, description="Password for a Neo4j store.")
    language: Literal["vi", "en"] = Field(
        default="vi", description="Language of pages and reports without another wish."
    )
    host: str = Field(default="127.0.0.1", description="Address the service listens on; 0.0.0.0 for every network.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port the service listens on; 0 for any free one.")
    write_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Secret that a client sends as “Authorization: Bearer …” to write; without it nobody may write.",
    )
    staff: str | None = Field(
        default=None, description="Handle that judgements made on the command line are signed with, such as lan.p."
    )
    poll_seconds: float = Field(
        default=2.0, gt=0, le=3600, description="Seconds between two looks at whether the store has changed."
    )
    exposure: bool = Field(
        default=True, description="Whether lists of partners are put in an order in which more members are seen."
    )
    scoring_threads: int = Field(default=2, ge=1, le=64, description="Questions that are scored at the same time.")

    @property
    def credentials(self) -> Credentials | None:
        """User and password for Neo4j, or None where no password is set."""
        if self.neo4j_password is None:
            return None
        return Credentials(self.neo4j_user, self.neo4j_password.get_secret_value())

    def open_store(self, uri: str | Path | None = None) -> GraphStore:
        """The store at an address, or at the default one."""
        return open_store(uri or self.store, self.credentials)
