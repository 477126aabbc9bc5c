"""Records of actors as linkage sees them: what they are called, where they are, and what they belong to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from graph.folding import nfc
from graph.tables import Tables

BELONGING = ("part_of", "affiliated_with")
"""Kinds of relationship from an actor to what it belongs to."""
_PART_OF = "part_of"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an actor.

    Attributes
    ----------
    names
        Every name, its own first, then the English one, the short one and the aliases; each once.
    identifiers
        Entries ``scheme:value``, such as ``ror:04nyv3z04``.
    domain
        Domain of its website without ``www.``, lower case; ``None`` where there is none or many share it.
    parents
        Ids of the records it is part of or affiliated with.
    wholes
        Those of the parents that it is a part of.
    """

    id: str
    kind: str
    names: tuple[str, ...]
    identifiers: tuple[str, ...] = ()
    domain: str | None = None
    place: str | None = None
    parents: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    country: str | None = None
    founded: str | None = None


def records_of(tables: Tables) -> list[Record]:
    """A record for every actor of the tables, in the order of their ids."""
    parents, wholes = defaultdict(list), defaultdict(list)
    ties = tables.relationships.select(["source_id", "target_id", "kind"]).to_pydict()
    for source_id, target_id, kind in zip(ties["source_id"], ties["target_id"], ties["kind"], strict=True):
        if kind in BELONGING:
            parents[source_id].append(target_id)
        if kind == _PART_OF:
            wholes[source_id].append(target_id)
    return [
        record_of(row, parents=parents.get(row["id"], ()), wholes=wholes.get(row["id"], ()))
        for row in tables.actors.to_pylist()
    ]


def record_of(row: Mapping[str, Any], *, parents: Iterable[str] = (), wholes: Iterable[str] = ()) -> Record:
    """The record of an actor given as a flat row of its table.

    >>> record_of({"id": "a", "kind": "school", "name": "Đại học A", "website": "https://www.A.edu.vn/vi"}).domain
    'a.edu.vn'
    """
    names = (row["name"], row.get("name_en"), row.get("short_name"), *(row.get("aliases") or ()))
    return Record(
        id=row["id"],
        kind=row["kind"],
        names=tuple(dict.fromkeys(nfc(name) for name in names if name)),
        identifiers=tuple(sorted(row.get("identifiers") or ())),
        domain=domain_of(row.get("website")),
        place=row.get("district_or_city"),
        parents=tuple(sorted(set(parents))),
        wholes=tuple(sorted(set(wholes))),
        country=row.get("country"),
        founded=row.get("founded"),
    )


def domain_of(website: str | None) -> str | None:
    """The domain of a web address, written with or without its scheme; ``None`` where no domain stands in it.

    >>> domain_of("WWW.hust.edu.vn/tin-tuc"), domain_of("http://uet.vnu.edu.vn:8080"), domain_of("chưa có")
    ('hust.edu.vn', 'uet.vnu.edu.vn', None)
    """
    if not website:
        return None
    address = website.strip()
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return None
    domain = host.removeprefix("www.").rstrip(".")
    return domain if "." in domain and " " not in domain else None
