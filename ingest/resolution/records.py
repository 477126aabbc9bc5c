"""Records for linkage: names, place, identifiers and parents of actors."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from graph.folding import nfc
from graph.tables import Tables

BELONGING = ("part_of", "affiliated_with")
"""Kinds of relationship from an actor to an organisation that it belongs to."""


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one actor.

    Attributes
    ----------
    names
        All names, each once: the own name first, then the English name, the short name and the aliases.
    identifiers
        Entries ``scheme:value``, such as ``ror:04nyv3z04``.
    domain
        The domain of the website in lower case, without ``www.``; None where there is no website.
    place
        The district or city as it is written.
    parents
        The ids of the records that the actor is part of or affiliated with.
    """

    id: str
    kind: str
    names: tuple[str, ...]
    identifiers: tuple[str, ...] = ()
    domain: str | None = None
    place: str | None = None
    parents: tuple[str, ...] = ()
    country: str | None = None
    founded: str | None = None


def records_of(tables: Tables) -> list[Record]:
    """One record for each actor of the tables, in the order of the table."""
    parents = defaultdict(list)
    ties = tables.relationships.select(["source_id", "target_id", "kind"]).to_pydict()
    for source_id, target_id, kind in zip(ties["source_id"], ties["target_id"], ties["kind"], strict=True):
        if kind in BELONGING:
            parents[source_id].append(target_id)
    return [record_of(row, parents.get(row["id"], ())) for row in tables.actors.to_pylist()]


def record_of(row: Mapping[str, Any], parents: Iterable[str] = ()) -> Record:
    """The record of one actor, made from a row of the table of actors.

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
        country=row.get("country"),
        founded=row.get("founded"),
    )


def domain_of(website: str | None) -> str | None:
    """The domain of a web address with or without scheme; None where the text contains no domain.

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
