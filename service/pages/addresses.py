"""Addresses of the pages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from graph.kinds import Language
from service.directory import Filters

Parameters = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the pages in one language.

    Attributes
    ----------
    question
        Query string of the question that led the reader here; every page about a member keeps it. Empty for none.
    """

    language: Language
    question: str = ""

    @property
    def home(self) -> str:
        """The first page, which asks for a need."""
        return self._page("")

    @property
    def answer(self) -> str:
        """The page of suggested partners, without a question."""
        return self._page("partners")

    @property
    def challenges(self) -> str:
        """The list of challenges."""
        return self._page("challenges")

    @property
    def search(self) -> str:
        """The search page."""
        return self._page("search")

    @property
    def review(self) -> str:
        """The page on which staff judge pairs of records."""
        return self._page("review")

    def review_at(self, place: int, *, is_recorded: bool = False) -> str:
        """The page for staff at one of the waiting pairs."""
        return f"{self.review}?{urlencode({'place': place} | ({'done': 1} if is_recorded else {}))}"

    def actor(self, actor_id: str, **params: str) -> str:
        """The page of an actor. Its id may hold any characters."""
        return self._thing("actors", actor_id, params.items())

    def actor_alone(self, actor_id: str) -> str:
        """The page of an actor without parameters, for a form that adds its own."""
        return replace(self, question="").actor(actor_id)

    def project(self, project_id: str) -> str:
        """The page of a project, product or challenge."""
        return self._thing("projects", project_id, ())

    def members(self, *, kind: str = "", field: str = "") -> str:
        """The search for the members of a kind, a field, or both."""
        return self.found(Filters(kinds=(kind,) if kind else (), fields=(field,) if field else ()))

    def found(self, filters: Filters) -> str:
        """The search with these filters."""
        pairs = [
            ("q", filters.text),
            *(("kind", kind) for kind in filters.kinds),
            *(("field", field) for field in filters.fields),
            ("place", filters.place),
        ]
        query = urlencode([(name, value) for name, value in pairs if value])
        return f"{self.search}?{query}" if query else self.search

    def asked_in_words(self, brief: str) -> str:
        """The answer to a need in words."""
        return self.asked(urlencode({"q": brief}))

    def asked(self, question: str) -> str:
        """The answer to a question given as its query string."""
        return f"{self.answer}?{question}"

    def static(self, name: str, version: str) -> str:
        """The address of a static file. It changes with the content of the file."""
        return f"/static/{name}?v={version}"

    def _page(self, path: str) -> str:
        return f"/{self.language}/{path}"

    def _thing(self, folder: str, thing_id: str, params: Parameters) -> str:
        query = [*params, *([("question", self.question)] if self.question else [])]
        address = f"{self._page(folder)}/{quote(thing_id, safe='')}"
        return f"{address}?{urlencode(query)}" if query else address
