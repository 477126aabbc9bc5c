"""Pages made from templates for one reader."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from graph.kinds import LANGUAGES, Language, load_kinds
from graph.wording import Catalogue, load_catalogue
from service.language import language_of
from service.network_state import Network
from service.pages.addresses import Addresses
from service.pages.colours import ink_on
from service.pages.partner_question import BRIEF_LIMIT, NAME_LIMIT, PartnerQuestion
from service.pages.views import LISTED, NetworkViews
from service.pages.wording import (
    HIGH_LIKELIHOOD,
    MEDIUM_LIKELIHOOD,
    format_date,
    format_moment,
    format_number,
    format_percent,
    place_name,
    reading_language,
)
from service.web_addresses import host_of, safe_link

EXAMPLES = ("home.example_produce", "home.example_lamps", "home.example_air")


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader of a page: the language, the addresses of pages, and the question that led there."""

    catalogue: Catalogue
    at: Addresses
    question: PartnerQuestion
    request: Request

    @classmethod
    def of(cls, request: Request, question: PartnerQuestion | None = None) -> "Reader":
        """The reader who requests a page."""
        language = language_of(request)
        question = question or PartnerQuestion()
        at = Addresses(language, question.to_query() if question.is_asked else "")
        return cls(load_catalogue(language, "page"), at, question, request)

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.catalogue.language

    def views(self, network: Network) -> NetworkViews:
        """The views of a network in the language of the reader."""
        return NetworkViews(network.snapshot, load_kinds(), self.language)

    def page(self, template: str, network: Network, **values: object) -> HTMLResponse:
        """A page about the network."""
        views = self.views(network)
        named = {"name_of": views.name, "title_of": views.title, "summary_of": views.summary}
        known = {"as_of": network.as_of, "model_version": network.model_version}
        return HTMLResponse(_environment().get_template(template).render(self._words() | named | known | values))

    def notice(self, template: str, status: int, **values: object) -> HTMLResponse:
        """A page about something other than the network."""
        return HTMLResponse(_environment().get_template(template).render(self._words() | values), status)

    def _words(self) -> dict[str, object]:
        language, text = self.language, self.catalogue.page_text
        return {
            "language": language,
            "languages": self._same_page(),
            "t": text,
            "number": partial(format_number, language=language),
            "percent": partial(format_percent, language=language),
            "date": partial(format_date, language=language),
            "moment": partial(format_moment, language=language),
            "place_name": partial(place_name, language=language),
            "reading_language": partial(reading_language, page_language=language),
            "at": self.at,
            "static": lambda name: self.at.static(name, _versions()[name]),
            "question": self.question,
            "examples": [text(key) for key in EXAMPLES],
        }

    def _same_page(self) -> Mapping[Language, str]:
        """Address of this page in each language."""
        path, query = self.request.scope["path"], self.request.url.query
        first, _, rest = path.lstrip("/").partition("/")
        inner = rest if first in LANGUAGES else path.lstrip("/")
        return {code: f"/{code}/{inner}" + (f"?{query}" if query else "") for code in LANGUAGES}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "kinds": load_kinds(),
        "safe_link": safe_link,
        "host_of": host_of,
        "ink_on": ink_on,
        "brief_limit": BRIEF_LIMIT,
        "name_limit": NAME_LIMIT,
        "listed": LISTED,
        "high_likelihood": HIGH_LIKELIHOOD,
        "medium_likelihood": MEDIUM_LIKELIHOOD,
        # Defaults for the parts that only some pages have.
        "section": "",
        "as_of": None,
        "model_version": "",
        "member_names": (),
        "is_refused": False,
        "typed": "",
    }
    return environment


@cache
def _versions() -> Mapping[str, str]:
    return {
        item.name: hashlib.blake2b(item.read_bytes(), digest_size=4).hexdigest()
        for item in files("service").joinpath("static").iterdir()
    }
