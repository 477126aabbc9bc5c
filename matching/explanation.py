"""Reasons: the score's own terms, in words, with the rows that show them."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from babel import Locale
from scipy import sparse

from graph.kinds import Language, load_kinds
from graph.snapshot import GraphSnapshot
from matching.features import FEATURES
from matching.history import MAX_PROJECT_SIZE
from matching.index import MatchIndex
from matching.query import Evidence, Reason, Side
from matching.ranker import DoubleArray
from matching.text import terms
from matching.view import IndexArray, QueryView, row_of

_N_SHOWN = 3
"""Names, titles or words that one reason gives at most."""
_RECENT_YEARS = 3.0
_SEPARATORS = {"offers": "; ", "needs": "; ", "fields": " · "}  # these hold commas themselves

Shown = tuple[str, Mapping[str, object], tuple[Evidence, ...]]
"""Code, parameters and evidence of a reason."""


def explain(view: QueryView, candidate: int, contributions: DoubleArray) -> tuple[Reason, ...]:
    """The reasons for one suggestion, the weightiest first.

    Parameters
    ----------
    view
        The query.
    candidate
        Row of the actor suggested.
    contributions
        What each feature adds to its score, shape (n_features,). Those of features with one reason are added up, so
        that the contributions of the reasons add up to the score as well.
    """
    totals: dict[str, float] = {}
    for feature, contribution in zip(FEATURES, contributions, strict=True):
        if contribution != 0:
            totals[feature.reason] = totals.get(feature.reason, 0.0) + float(contribution)
    reasons = []
    for reason, contribution in totals.items():
        code, params, evidence = _SHOWN_BY[reason](view, candidate)
        reasons.append(Reason(code=code, contribution=contribution, params=params, evidence=evidence))
    return tuple(sorted(reasons, key=lambda reason: (-abs(reason.contribution), reason.code)))


def render(reason: Reason, language: Language, side: Side = "asker") -> str:
    """The sentence of a reason in one language, for the asker or for the partner suggested to it."""
    sentences = _sentences()[reason.code]
    if reason.contribution < 0:
        template = sentences[f"minus_{language}"]
    else:
        template = sentences[f"partner_{language}" if side == "candidate" else language]
    return template.format(**{name: _say(name, value, language) for name, value in reason.params.items()})


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("matching").joinpath("reasons.toml").read_text(encoding="utf-8"))


def _say(name: str, value: object, language: Language) -> str:
    kinds = load_kinds()
    if isinstance(value, tuple):
        said = [kinds.field_label(text, language) if name == "fields" else str(text) for text in value]
        return _SEPARATORS.get(name, ", ").join(said)
    if name == "kind":
        kind = kinds.actor.get(str(value))
        return kind.label[language] if kind else str(value)
    if name == "place":
        return str(Locale(language).territories.get(str(value), value))
    return str(value)


def _connection(view: QueryView, candidate: int) -> Shown:
    if view.actor is None:
        return "no_connection", {}, ()
    index, snapshot = view.index, view.index.snapshot
    column = index.links_to(candidate)
    between = view.links.multiply(column).tocoo()
    order = np.lexsort((between.col, -between.data))[:_N_SHOWN]
    through = [int(row) for row in between.col[order]]
    if not through:
        near = view.two_hop[_linked_to(index, candidate)].any()
        return ("connection_far" if near else "no_connection"), {}, ()
    evidence = [
        fact for middle in through for end in (view.actor, candidate) for fact in _facts_between(snapshot, end, middle)
    ]
    return "connection", {"through": _names(snapshot, through)}, _distinct(evidence)


def _similar_work(view: QueryView, candidate: int) -> Shown:
    snapshot = view.index.snapshot
    rows, weight = view.similar_projects
    taken_part = np.isin(rows, _projects_of(view.index.snapshot, candidate))
    best = rows[taken_part][np.argsort(-weight[taken_part], kind="stable")][:_N_SHOWN]
    if not len(best):
        return ("similar_company" if view.votes[_linked_to(view.index, candidate)].any() else "no_similar_work"), {}, ()
    titles = []
    for row in best:
        project = snapshot.project(int(row))
        year = (project.started or "")[:4]
        titles.append(f"“{project.title or project.id}”" + (f" ({year})" if year else ""))
    evidence = tuple(_project_evidence(snapshot, int(row)) for row in best)
    return "similar_work", {"projects": tuple(titles)}, evidence


def _similar_words(view: QueryView, candidate: int) -> Shown:
    asked: Iterable[str] = terms(view.text) if view.actor is None else view.index.profile_words(view.actor)
    said = dict.fromkeys(asked)
    words = view.index.profile_words(candidate)
    pairs = [term for term in said if " " in term and term in words]
    covered = {part for term in pairs for part in term.split()}
    single = [term for term in said if " " not in term and term[0] != "~" and term in words and term not in covered]
    shown = (*_phrases([words[term] for term in pairs]), *(words[term] for term in single))[:_N_SHOWN]
    if not shown:
        return "no_similar_words", {}, ()
    return "similar_words", {"words": shown}, (_actor_evidence(view.index.snapshot, candidate),)


def _phrases(pairs: Sequence[str]) -> list[str]:
    """Pairs of words with those that continue one another joined.

    >>> _phrases(["truy xuất", "xuất nguồn", "nguồn gốc", "rau sạch"])
    ['truy xuất nguồn gốc', 'rau sạch']
    """
    phrases: list[str] = []
    for pair in pairs:
        first, second = pair.split(" ", 1)
        if phrases and phrases[-1].rsplit(" ", 1)[-1] == first:
            phrases[-1] += f" {second}"
        else:
            phrases.append(pair)
    return phrases


def _offer(view: QueryView, candidate: int) -> Shown:
    if not _meet(view.needs, view.index.words.offers, candidate):
        return "no_offer", {}, ()
    actor = view.index.snapshot.actor(candidate)
    return "offer", {"offers": actor.offers}, (_actor_evidence(view.index.snapshot, candidate),)


def _need(view: QueryView, candidate: int) -> Shown:
    if not _meet(view.offers if view.offers.nnz else view.words, view.index.words.needs, candidate):
        return "no_need", {}, ()
    actor = view.index.snapshot.actor(candidate)
    return "need", {"needs": actor.needs}, (_actor_evidence(view.index.snapshot, candidate),)


def _concepts(view: QueryView, candidate: int) -> Shown:
    asked, said = view.index.subjects.shared_words(view.text, view.asked_concepts, candidate, _N_SHOWN)
    if not asked:
        return ("concepts_far" if view.concept_likeness[candidate] else "no_concepts"), {}, ()
    evidence = (_actor_evidence(view.index.snapshot, candidate),)
    if not said:
        return "concepts_near", {"words": asked}, evidence
    return "concepts", {"words": asked, "said": said}, evidence


def _sought(view: QueryView, candidate: int) -> Shown:
    words = view.index.sorts.words_for(view.text, candidate) if view.actor is None else ()
    if not words:
        return "no_sought", {}, ()
    return "sought", {"words": words[:_N_SHOWN]}, (_actor_evidence(view.index.snapshot, candidate),)


def _fields(view: QueryView, candidate: int) -> Shown:
    index = view.index
    shared = index.actor_fields[[candidate]].multiply(view.fields[None, :]).tocoo()
    order = np.lexsort((shared.col, -shared.data))[:_N_SHOWN]
    shown = tuple(index.field_ids[int(column)] for column in shared.col[order])
    if not shown:
        return "no_shared_fields", {}, ()
    return "fields", {"fields": shown}, (_actor_evidence(index.snapshot, candidate),)


def _fields_activity(view: QueryView, candidate: int) -> Shown:
    index = view.index
    in_fields = _projects_of(index.snapshot, candidate)
    in_fields = in_fields[(index.project_fields[in_fields] @ view.fields) > 0]
    rows = _recent(index, in_fields)
    if not len(rows):
        return ("fields_past" if len(in_fields) else "no_fields_activity"), {}, ()
    evidence = tuple(_project_evidence(index.snapshot, int(row)) for row in rows[:_N_SHOWN])
    return "fields_activity", {"count": len(rows)}, evidence


def _activity(view: QueryView, candidate: int) -> Shown:
    rows = _recent(view.index, _projects_of(view.index.snapshot, candidate))
    partners = int(view.index.degree[candidate])
    if not len(rows):
        return ("standing", {"partners": partners}, ()) if partners else ("no_activity", {}, ())
    evidence = tuple(_project_evidence(view.index.snapshot, int(row)) for row in rows[:_N_SHOWN])
    return "activity", {"count": len(rows), "partners": partners}, evidence


def _place(view: QueryView, candidate: int) -> Shown:
    code = int(view.index.country[candidate])
    if code < 0:
        return "no_place", {}, ()
    return "place", {"place": view.index.gazetteer.codes[code]}, (_actor_evidence(view.index.snapshot, candidate),)


def _kind(view: QueryView, candidate: int) -> Shown:
    actor = view.index.snapshot.actor(candidate)
    return "kind", {"kind": actor.kind}, (_actor_evidence(view.index.snapshot, candidate),)


_SHOWN_BY: Mapping[str, Callable[[QueryView, int], Shown]] = {
    "connection": _connection,
    "similar_work": _similar_work,
    "similar_words": _similar_words,
    "offer": _offer,
    "need": _need,
    "concepts": _concepts,
    "sought": _sought,
    "fields": _fields,
    "fields_activity": _fields_activity,
    "activity": _activity,
    "place": _place,
    "kind": _kind,
}


def _names(snapshot: GraphSnapshot, rows: Sequence[int]) -> tuple[str, ...]:
    column = snapshot.tables.actors["name"]
    return tuple(column[row].as_py() for row in rows)


def _linked_to(index: MatchIndex, actor: int) -> IndexArray:
    links = index.links
    return np.asarray(links.indices[links.indptr[actor] : links.indptr[actor + 1]])


def _meet(asked: sparse.csr_array, stated: sparse.csr_array, candidate: int) -> bool:
    return bool((asked @ row_of(stated, candidate).T).nnz)


def _recent(index: MatchIndex, rows: IndexArray) -> IndexArray:
    recent = rows[index.project_age_years[rows] < _RECENT_YEARS]
    return recent[np.lexsort((recent, -index.snapshot.project_day[recent]))]


def _actor_evidence(snapshot: GraphSnapshot, row: int) -> Evidence:
    url = snapshot.tables.actors["source_url"][row].as_py()
    return Evidence("actors", (str(snapshot.actor_ids[row]),), url)


def _project_evidence(snapshot: GraphSnapshot, row: int) -> Evidence:
    url = snapshot.tables.projects["source_url"][row].as_py()
    return Evidence("projects", (str(snapshot.project_ids[row]),), url)


def _facts_between(snapshot: GraphSnapshot, one: int, other: int) -> Iterable[Evidence]:
    """The relationships of two actors, else the latest project they share."""
    source, target = snapshot.relationship_source, snapshot.relationship_target
    rows = np.flatnonzero(((source == one) & (target == other)) | ((source == other) & (target == one)))
    for row in rows[:_N_SHOWN]:
        tie = snapshot.relationship(int(row))
        key = (tie.source_id, tie.target_id, tie.kind, str(tie.occurrence))
        yield Evidence("relationships", key, tie.provenance.source_url)
    if len(rows):
        return
    shared = np.intersect1d(_projects_of(snapshot, one), _projects_of(snapshot, other))
    shared = shared[snapshot.project_size[shared] <= MAX_PROJECT_SIZE]
    latest = shared[np.lexsort((shared, -snapshot.project_day[shared].astype(np.int64)))][:1]
    yield from (_project_evidence(snapshot, int(row)) for row in latest)


def _projects_of(snapshot: GraphSnapshot, actor: int) -> IndexArray:
    matrix = snapshot.memberships
    return np.asarray(matrix.indices[matrix.indptr[actor] : matrix.indptr[actor + 1]])


def _distinct(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))
