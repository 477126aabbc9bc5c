"""Addresses of pages, and addresses from outside made safe to link to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

from graph.kinds import Language

Parameters = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the pages in one language.

    Attributes
    ----------
    question
        Query string of the question the reader came from, kept through every page about a member; empty for none.
    """

    language: Language
    question: str = ""

    @property
    def home(self) -> str:
        """The page that asks."""
        return self._page("")

    @property
    def answer(self) -> str:
        """The page that answers, without its question."""
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
        """The page on which staff judge who is the same."""
        return self._page("review")

    def review_at(self, place: int, *, is_recorded: bool = False) -> str:
        """The same page at one of the waiting pairs."""
        return f"{self.review}?{urlencode({'place': place} | ({'done': 1} if is_recorded else {}))}"

    def actor(self, actor_id: str, **params: str) -> str:
        """The page of an actor, whatever characters its id is made of."""
        return self._thing("actors", actor_id, params.items())

    def actor_alone(self, actor_id: str) -> str:
        """The page of an actor without any parameter, for a form that brings its own."""
        return replace(self, question="").actor(actor_id)

    def project(self, project_id: str) -> str:
        """The page of a project, product or challenge."""
        return self._thing("projects", project_id, ())

    def members(self, *, kind: str = "", field: str = "") -> str:
        """The list of the members of a kind, a field, or both."""
        return (
            f"{self.search}?{urlencode([(name, value) for name, value in (('kind', kind), ('field', field)) if value])}"
        )

    def found(self, text: str, **params: str) -> str:
        """What a search by name finds."""
        return f"{self.search}?{urlencode([('q', text), *params.items()])}"

    def asked_in_words(self, brief: str) -> str:
        """The answer to a need in words."""
        return self.asked(urlencode({"q": brief}))

    def asked(self, question: str) -> str:
        """The answer to a question given as its query string."""
        return f"{self.answer}?{question}"

    def static(self, name: str, version: str) -> str:
        """A file of the service, under an address that changes with its content."""
        return f"/static/{name}?v={version}"

    def _page(self, path: str) -> str:
        return f"/{self.language}/{path}"

    def _thing(self, folder: str, thing_id: str, params: Parameters) -> str:
        query = [*params, *([("question", self.question)] if self.question else [])]
        address = f"{self._page(folder)}/{quote(thing_id, safe='')}"
        return f"{address}?{urlencode(query)}" if query else address


def safe_link(url: str | None) -> str | None:
    """The address where it is one of a web page, else None: what data holds may be a script.

    >>> safe_link("https://hanoi.gov.vn/a"), safe_link("javascript:alert(1)"), safe_link("https:")
    ('https://hanoi.gov.vn/a', None, None)
    """
    return url if url is not None and host_of(url) else None


def host_of(url: str) -> str:
    """The host of a web page's address without ``www.``; empty for any other text.

    >>> host_of("https://www.vietnamnet.vn/x"), host_of("//evil"), host_of("https://[")
    ('vietnamnet.vn', '', '')
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return host.removeprefix("www.") if host and parts.scheme in {"http", "https"} else ""
