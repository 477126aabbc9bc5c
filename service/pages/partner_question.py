"""The reader's question for partners, as the address of its answer carries it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import Query

from graph.errors import InvalidQueryError
from graph.kinds import load_kinds
from service.fields import require_fields

BRIEF_LIMIT = 2_000
"""Characters in a brief at most, so that it fits into an address."""
NAME_LIMIT = 200
"""Characters in a typed name at most."""
_PARAMETERS_LIMIT = 100
_NAMES_LIMIT = 50

Names = tuple[str, ...]
_Repeatable = Annotated[list[str], Query(max_length=_NAMES_LIMIT)]


@dataclass(frozen=True, slots=True)
class PartnerQuestion:
    """A question for partners.

    Attributes
    ----------
    brief
        The need in words.
    asker
        Name or id of the asker as typed; empty for an asker outside the network.
    kinds
        Requested kinds of actor; empty for all.
    fields
        Fields that the reader ticked or added.
    proposed
        Fields that the page proposed because the brief names them. The reader rejected those that are not ticked.
    """

    brief: str = ""
    asker: str = ""
    kinds: Names = ()
    fields: Names = ()
    proposed: Names = ()

    @property
    def is_asked(self) -> bool:
        """Whether there is anything to answer."""
        return bool(self.brief or self.asker or self.added)

    @property
    def added(self) -> Names:
        """Fields that the reader added to the proposed ones."""
        return tuple(name for name in self.fields if name not in self.proposed)

    @property
    def not_meant(self) -> Names:
        """Proposed fields that the reader rejected."""
        return tuple(name for name in self.proposed if name not in self.fields)

    @property
    def label(self) -> str:
        """A short text that names the question."""
        return self.brief or self.asker

    def to_query(self) -> str:
        """The question as a query string, equal for equal questions."""
        pairs = [("q", self.brief), ("me", self.asker)]
        for name, values in (("kind", self.kinds), ("field", self.fields), ("proposed", self.proposed)):
            pairs += [(name, value) for value in values]
        return urlencode([(name, value) for name, value in pairs if value])

    @classmethod
    def from_query(cls, query: str) -> "PartnerQuestion":
        """The question in a query string; other parameters are ignored.

        Raises
        ------
        InvalidQueryError
            A text is too long, or a kind or field is not known.

        >>> PartnerQuestion.from_query("q=rau+sạch&kind=school&page=1").to_query()
        'q=rau+s%E1%BA%A1ch&kind=school'
        """
        if query.count("&") >= _PARAMETERS_LIMIT:
            raise _too_long("question", _PARAMETERS_LIMIT)
        sent = parse_qs(query)
        brief, asker = (sent.get(name, [""])[0] for name in ("q", "me"))
        kinds, fields, proposed = (sent.get(name, []) for name in ("kind", "field", "proposed"))
        return _checked(brief, asker, kinds, fields, proposed)


async def question_in_address(
    q: str = "",
    me: str = "",
    kind: _Repeatable = [],  # noqa: B006  never changed
    field: _Repeatable = [],  # noqa: B006  never changed
    proposed: _Repeatable = [],  # noqa: B006  never changed
) -> PartnerQuestion:
    """The question in the address of its own answer."""
    return _checked(q, me, kind, field, proposed)


async def question_behind_page(question: Annotated[str, Query(max_length=20_000)] = "") -> PartnerQuestion:
    """The question that led to a page, as the page's address carries it."""
    return PartnerQuestion.from_query(question)


def _checked(
    brief: str, asker: str, kinds: Iterable[str], fields: Iterable[str], proposed: Iterable[str]
) -> PartnerQuestion:
    question = PartnerQuestion(
        brief=_text("q", brief, BRIEF_LIMIT),
        asker=_text("me", asker, NAME_LIMIT),
        kinds=_distinct(kinds),
        fields=_distinct(fields),
        proposed=_distinct(proposed),
    )
    known = load_kinds()
    known.require_actor_kinds(question.kinds)
    require_fields((*question.fields, *question.proposed), known.fields)
    return question


def _text(name: str, sent: str, limit: int) -> str:
    text = sent.strip()
    if len(text) > limit:
        raise _too_long(name, limit)
    return text


def _too_long(parameter: str, limit: int) -> InvalidQueryError:
    return InvalidQueryError(
        "text_too_long",
        f"The text of {parameter!r} is longer than {limit:,}. Shorten it to what matters most.",
        parameter=parameter,
        limit=limit,
    )


def _distinct(values: Iterable[str]) -> Names:
    return tuple(dict.fromkeys(value for value in values if value))
