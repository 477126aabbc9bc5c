"""The words of actors and projects as vectors."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from scipy import sparse

from graph.kinds import Kinds
from graph.snapshot import GraphSnapshot
from matching.index.inheritance import inherited_words
from matching.index.projects import ProjectIndex
from matching.index.unit_rows import unit_rows
from matching.text.terms import Embedder, WordEmbedder

EmbedderOf = Callable[[Iterable[str]], Embedder]
"""Makes an embedder that is fitted to the texts of a network."""

_PROJECTS_SHARE = 0.5
_RELATED_SHARE = 0.3
_NOTES_SHARE = 0.2
"""What the words of an actor's projects, of related actors and of the notes of its relationships count beside its own.
Set by hand on the development part of the judged requests."""
_MIN_NAMES = 20
"""Names that are enough to tell which words most of them share."""


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Words as vectors. Matrices are CSR of float32 with unit rows; a zero row has no known word.

    Attributes
    ----------
    embedder
        Turns a text into a vector.
    profile_texts, project_texts
        The text of each actor and of each project.
    projects
        Words of each project, shape (n_projects, n_dimensions).
    profile
        Words of each actor, of its projects, of related actors and of notes, shape (n_actors, n_dimensions).
    needs, offers
        Words of what each actor needs and offers, shape (n_actors, n_dimensions).
    to_projects, to_profile, to_needs, to_offers
        The same matrices turned, shape (n_dimensions, …), for fast products with one vector.
    """

    embedder: Embedder
    profile_texts: Sequence[str]
    project_texts: Sequence[str]
    projects: sparse.csr_array
    profile: sparse.csr_array
    needs: sparse.csr_array
    offers: sparse.csr_array
    to_projects: sparse.csr_array
    to_profile: sparse.csr_array
    to_needs: sparse.csr_array
    to_offers: sparse.csr_array


def index_words(
    snapshot: GraphSnapshot, kinds: Kinds, projects: ProjectIndex, embedder_of: EmbedderOf = WordEmbedder
) -> WordIndex:
    """The words of a snapshot; ``embedder_of`` is fitted to the texts of its actors and projects."""
    project_texts = _project_texts(snapshot, kinds)
    profile_texts, needs_texts, offers_texts = _actor_texts(snapshot, kinds)
    embedder = embedder_of(chain(profile_texts, project_texts))
    of_projects = embedder.embed(project_texts)
    own = embedder.embed(profile_texts)
    notes = embedder.embed([note or "" for note in snapshot.tables.relationships["note"].to_pylist()])
    profile = unit_rows(
        own
        + _PROJECTS_SHARE * unit_rows(sparse.csr_array(projects.memberships @ of_projects))
        + _RELATED_SHARE * unit_rows(sparse.csr_array(inherited_words(snapshot) @ own))
        + _NOTES_SHARE * unit_rows(sparse.csr_array(snapshot.incidence @ notes))
    )
    needs, offers = embedder.embed(needs_texts), embedder.embed(offers_texts)
    return WordIndex(
        embedder=embedder,
        profile_texts=profile_texts,
        project_texts=project_texts,
        projects=of_projects,
        profile=profile,
        needs=needs,
        offers=offers,
        to_projects=sparse.csr_array(of_projects.T),
        to_profile=sparse.csr_array(profile.T),
        to_needs=sparse.csr_array(needs.T),
        to_offers=sparse.csr_array(offers.T),
    )


def _project_texts(snapshot: GraphSnapshot, kinds: Kinds) -> list[str]:
    tables = snapshot.tables.projects
    columns = [tables[name].to_pylist() for name in ("title", "title_en", "summary", "summary_en")]
    labels = [_field_labels(fields, kinds) for fields in tables["fields"].to_pylist()]
    return [" . ".join(filter(None, parts)) for parts in zip(*columns, labels, strict=True)]


def _actor_texts(snapshot: GraphSnapshot, kinds: Kinds) -> tuple[list[str], list[str], list[str]]:
    """Profiles, needs and offers of the actors as texts."""
    tables = snapshot.tables.actors
    columns = [tables[name].to_pylist() for name in ("name_en", "summary", "summary_en")]
    names = _organisation_names(snapshot, kinds)
    needs, offers = ([" . ".join(row or ()) for row in tables[name].to_pylist()] for name in ("needs", "offers"))
    labels = [_field_labels(fields, kinds) for fields in tables["fields"].to_pylist()]
    profiles = [" . ".join(filter(None, parts)) for parts in zip(*columns, needs, offers, labels, names, strict=True)]
    return profiles, needs, offers


def _field_labels(fields: Sequence[str] | None, kinds: Kinds) -> str:
    known = [kinds.fields[field_id].label for field_id in fields or () if field_id in kinds.fields]
    return " . ".join(f"{label.vi} . {label.en}" for label in known)


def _organisation_names(snapshot: GraphSnapshot, kinds: Kinds) -> list[str]:
    """Names of organisations, which say what they do, without words that most names share; empty for persons."""
    tables = snapshot.tables.actors
    rows = zip(*(tables[name].to_pylist() for name in ("kind", "name", "short_name", "aliases")), strict=True)
    persons = {kind.id for kind in kinds.actor.values() if kind.is_person}
    names = [
        "" if kind in persons else " . ".join(filter(None, (name, short_name, *(aliases or ()))))
        for kind, name, short_name, aliases in rows
    ]
    return without_common_words(names)


def without_common_words(names: Sequence[str]) -> list[str]:
    """The names without the words that more than half of them share; unchanged where there are fewer than twenty.

    >>> without_common_words([f"Organisation {number}" for number in range(20)])[:2]
    ['0', '1']
    >>> without_common_words(["Viện A", "Viện B"])
    ['Viện A', 'Viện B']
    """
    if len(names) < _MIN_NAMES:
        return list(names)
    n_with = Counter(word for name in names for word in set(name.lower().split()))
    common = {word for word, n in n_with.items() if word != "." and 2 * n > len(names)}
    return [" ".join(word for word in name.split() if word.lower() not in common) for name in names]
