"""The question a reader asks, as it stands in the address of its answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from graph.errors import InvalidQueryError
from graph.kinds import load_kinds

BRIEF_LIMIT = 2_000
"""Characters of a brief at most: what an address can carry."""
NAME_LIMIT = 200
"""Characters of a typed name at most."""
_PARAMETERS_LIMIT = 100

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked.

    Attributes
    ----------
    brief
        The need in words.
    asker
        Name or id of the asker as typed; empty for one outside the network.
    kinds
        Kinds of actor wanted; empty for all.
    fields
        Fields ticked, or added to those read from the brief.
    proposed
        Fields that were shown as read from the brief: those of them that are not ticked are not meant.
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
        """Fields named by the reader beyond those proposed."""
        return tuple(name for name in self.fields if name not in self.proposed)

    @property
    def not_meant(self) -> Names:
        """Fields that were proposed and turned down."""
        return tuple(name for name in self.proposed if name not in self.fields)

    @property
    def label(self) -> str:
        """The question in few words."""
        return self.brief or self.asker

    def to_query(self) -> str:
        """The question as a query string, equal for equal questions."""
        pairs = [("q", self.brief), ("me", self.asker)]
        for name, values in (("kind", self.kinds), ("field", self.fields), ("proposed", self.proposed)):
            pairs += [(name, value) for value in values]
        return urlencode([(name, value) for name, value in pairs if value])

    @classmethod
    def from_query(cls, query: str) -> "Question":
        """The question of a query string; parameters that are no part of a question are passed over.

        Raises
        ------
        InvalidQueryError
            A text is too long, or a kind or field is not one of the network's.

        >>> Question.from_query("q=rau+sạch&kind=school&page=1").to_query()
        'q=rau+s%E1%BA%A1ch&kind=school'
        """
        if query.count("&") >= _PARAMETERS_LIMIT:
            raise _too_long("question", _PARAMETERS_LIMIT)
        values = parse_qs(query)
        question = cls(
            brief=_text(values, "q", BRIEF_LIMIT),
            asker=_text(values, "me", NAME_LIMIT),
            kinds=_distinct(values.get("kind", ())),
            fields=_distinct(values.get("field", ())),
            proposed=_distinct(values.get("proposed", ())),
        )
        kinds = load_kinds()
        kinds.require_actor_kinds(question.kinds)
        for field in (*question.fields, *question.proposed):
            if field not in kinds.fields:
                raise InvalidQueryError("unknown_field", f"There is no field {field!r}.", field=field)
        return question


def _text(values: dict[str, list[str]], name: str, limit: int) -> str:
    text = values.get(name, [""])[0].strip()
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
