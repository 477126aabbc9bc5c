"""Fields named in a request: checked, with the nearest known fields where one is unknown."""

from collections.abc import Collection, Iterable, Mapping

from rapidfuzz import fuzz

from graph.errors import InvalidQueryError
from graph.folding import fold
from graph.kinds import load_kinds

_N_NEAREST = 3


def require_fields(names: Iterable[str], known: Collection[str]) -> None:
    """Check that every field is known.

    Raises
    ------
    InvalidQueryError
        A field is not among the known ones; the error names the nearest known fields.
    """
    for name in names:
        if name not in known:
            nearest = ", ".join(nearest_fields(name, known))
            raise InvalidQueryError(
                "unknown_field",
                f"There is no field {name[:100]!r}. The nearest are: {nearest}. /v1/fields lists the fields.",
                field=name[:100],
                nearest=nearest,
            )


def nearest_fields(name: str, known: Collection[str]) -> list[str]:
    """Ids of the three known fields whose id or label is most similar to a name, the most similar first.

    >>> nearest_fields("semiconductors", load_kinds().fields)[0], nearest_fields("bán dẫn", load_kinds().fields)[0]
    ('semiconductor', 'semiconductor')
    """
    text = fold(name.replace("_", " "))
    similarity: Mapping[str, float] = {
        field: max(fuzz.WRatio(text, spelling) for spelling in _spellings(field)) for field in known
    }
    return sorted(similarity, key=lambda field: (-similarity[field], field))[:_N_NEAREST]


def _spellings(field: str) -> list[str]:
    described = load_kinds().fields.get(field)
    labels = [described.label.vi, described.label.en] if described else []
    return [fold(text) for text in (field.replace("_", " "), *labels)]
