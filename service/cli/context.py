"""The settings, the language and the store of a command. Every command finds them here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graph.errors import InvalidQueryError, StoreUnavailableError
from graph.kinds import Language
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from graph.wording import Catalogue, load_catalogue
from service.settings import Settings


class LanguageChoice(StrEnum):
    """The languages that a person may choose."""

    VI = "vi"
    EN = "en"


StoreOption = Annotated[str | None, typer.Option("--store", metavar="URI")]
LanguageOption = Annotated[LanguageChoice | None, typer.Option("--language")]
JsonOption = Annotated[bool, typer.Option("--json")]


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The settings of a command, the language it prints, and the address of its store."""

    settings: Settings
    language: Language
    address: str

    @classmethod
    def of(cls, store: str | None = None, language: LanguageChoice | None = None) -> "CommandContext":
        """The context from the options of a command; settings stand in for options that are not given."""
        settings = Settings()
        chosen: Language = "vi" if (language or settings.language) == "vi" else "en"
        return cls(settings, chosen, store or settings.store)

    @property
    def words(self) -> Catalogue:
        """What commands print, in the language of this one."""
        return load_catalogue(self.language, "command")

    def open_store(self) -> GraphStore:
        """The store, which is made if there is none."""
        return self.settings.open_store(self.address)

    def existing_store(self) -> GraphStore | None:
        """The store, or None if it is a file that does not exist."""
        path = Path(self.address.removeprefix("sqlite:")).expanduser()
        return None if "://" not in self.address and not path.exists() else self.open_store()

    @contextmanager
    def store(self) -> Iterator[GraphStore]:
        """The store, closed at the end.

        Raises
        ------
        StoreUnavailableError
            There is no store; none is made.
        """
        opened = self.existing_store()
        if opened is None:
            raise StoreUnavailableError("store_missing", "There is no network yet. Load one first: ketnoi load DIR")
        with opened:
            yield opened

    @contextmanager
    def network(self) -> Iterator[tuple[GraphStore, GraphSnapshot]]:
        """The store, closed at the end, and a snapshot of its network.

        Raises
        ------
        StoreUnavailableError
            There is no store; none is made.
        InvalidQueryError
            The store is empty.
        """
        with self.store() as opened:
            snapshot = GraphSnapshot.from_store(opened)
            if not snapshot.n_actors:
                raise InvalidQueryError("network_empty", f"{opened.uri} holds no actor yet. Load some: ketnoi load DIR")
            yield opened, snapshot
