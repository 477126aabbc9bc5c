"""The explainer, which reads prepared arrays, against the plain reading of the facts themselves."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from graph.model import Fact
from graph.snapshot import GraphSnapshot
from matching.features.standard import STANDARD
from matching.index.network_index import NetworkIndex
from matching.index.projects import MAX_PROJECT_SIZE
from matching.query_view import MemberQuery, QueryView, TextQuery
from matching.questions import Evidence
from matching.reasons.explanation import explain
from matching.reasons.facts import ReasonFacts
from matching.text.shared_terms import SharedTerms, words_in_common
from matching.text.terms import accented_form, written_terms
from tests.matching.conftest import Learned
from tests.matching.networks import actor, actors, project, snapshot_of, snapshot_of_facts, tie
from tests.worlds import hanoi_network

N_QUOTED = 3


def texts_of(index: NetworkIndex, row: int) -> list[str]:
    return [
        index.words.profile_texts[row],
        *(index.words.project_texts[each] for each in index.projects.memberships[[row]].indices),
    ]


def said_in(texts: Iterable[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for text in texts:
        for term, form in written_terms(text).items():
            said.setdefault(term, form)
    return said


def is_one_word(form: str, other: str) -> bool:
    both = zip(map(accented_form, form.split()), map(accented_form, other.split()), strict=True)
    return all(not one or not two or one == two for one, two in both)


def plain_words(asked: Mapping[str, str], said: Mapping[str, str]) -> tuple[str, ...]:
    shared = [term for term in asked if term in said and term[0] != "~" and is_one_word(asked[term], said[term])]
    pairs = [term for term in shared if " " in term]
    continues = [False, *(said[one].split()[1] == said[two].split()[0] for one, two in pairwise(pairs))]
    phrases: list[str] = []
    for pair, is_continued in zip(pairs, continues, strict=False):
        if is_continued:
            phrases[-1] += " " + said[pair].split()[1]
        else:
            phrases.append(said[pair])
    covered = " ".join(pairs).split()
    return tuple([*phrases, *(said[term] for term in shared if " " not in term and term not in covered)][:N_QUOTED])


def actor_row(index: NetworkIndex, row: int) -> Evidence:
    found = index.snapshot.actor(row)
    return Evidence("actors", (found.id,), found.provenance.source_url)


def project_rows(index: NetworkIndex, rows: Iterable[int]) -> tuple[Evidence, ...]:
    found = [index.snapshot.project(int(row)) for row in rows]
    return tuple(Evidence("projects", (each.id,), each.provenance.source_url) for each in found)


def latest_first(index: NetworkIndex, rows: Iterable[int]) -> list[int]:
    return sorted(map(int, rows), key=lambda row: (-int(index.snapshot.project_day[row]), row))


def ties_between(index: NetworkIndex, one: int, other: int) -> Iterator[Evidence]:
    ends = {str(index.snapshot.actor_ids[one]), str(index.snapshot.actor_ids[other])}
    found = [each for each in index.snapshot.relationships_of(one) if {each.source_id, each.target_id} == ends]
    for each in found[:N_QUOTED]:
        key = (each.source_id, each.target_id, each.kind, str(each.occurrence))
        yield Evidence("relationships", key, each.provenance.source_url)
    if not found:
        shared = set(index.projects.memberships[[one]].indices) & set(index.projects.memberships[[other]].indices)
        small = [row for row in shared if index.snapshot.project_size[row] <= MAX_PROJECT_SIZE]
        yield from project_rows(index, latest_first(index, small)[:1])


def plain_connection(view: QueryView, row: int) -> ReasonFacts:
    if not isinstance(view, MemberQuery):
        return "no_connection", {}, ()
    index, asker = view.index, view.actor
    links, degree = index.links.matrix.toarray(), np.maximum(index.links.degree, 1)
    between = links[asker] * (links[row] * (1 / np.sqrt(degree)))
    middles = [each for each in np.lexsort((np.arange(len(between)), -between)) if between[each] > 0][:N_QUOTED]
    if not middles:
        near = bool(view.two_steps.shared[np.flatnonzero(links[row])].any())
        return ("connection_far" if near else "no_connection"), {}, ()
    evidence = [fact for each in middles for end in (asker, row) for fact in ties_between(index, end, each)]
    names = tuple(index.snapshot.actor(int(each)).name for each in middles)
    return "connection", {"through": names}, tuple(dict.fromkeys(evidence))


def plain_similar_projects(view: QueryView, row: int) -> ReasonFacts:
    index = view.index
    taken_part = set(index.projects.memberships[[row]].indices)
    best = [int(each) for each in view.similar_projects[0] if each in taken_part][:N_QUOTED]
    if not best:
        return "no_similar_projects", {}, ()
    found = [index.snapshot.project(each) for each in best]
    titles = tuple(f"“{each.title}”" + (f" ({each.started[:4]})" if each.started else "") for each in found)
    return "similar_projects", {"projects": titles}, project_rows(index, best)


def plain_text_similarity(view: QueryView, row: int) -> ReasonFacts:
    asked = said_in(texts_of(view.index, view.actor)) if isinstance(view, MemberQuery) else written_terms(view.text)
    words = plain_words(asked, said_in(texts_of(view.index, row)))
    return (
        ("text_similarity", {"words": words}, (actor_row(view.index, row),))
        if words
        else ("no_text_similarity", {}, ())
    )


def plain_offer(view: QueryView, row: int) -> ReasonFacts:
    if not set(view.needs.columns) & set(view.index.words.offers[[row]].indices):
        return "no_offer", {}, ()
    return "offer", {"offers": view.index.snapshot.actor(row).offers}, (actor_row(view.index, row),)


def plain_need(view: QueryView, row: int) -> ReasonFacts:
    offered = view.offers if len(view.offers.columns) else view.words
    if not set(offered.columns) & set(view.index.words.needs[[row]].indices):
        return "no_need", {}, ()
    return "need", {"needs": view.index.snapshot.actor(row).needs}, (actor_row(view.index, row),)


def plain_fields(view: QueryView, row: int) -> ReasonFacts:
    shared = view.index.fields.of_actors[[row]].toarray()[0] * view.fields
    best = [each for each in np.argsort(-shared, kind="stable") if shared[each] > 0][:N_QUOTED]
    names = tuple(view.index.fields.ids[each] for each in best)
    return ("fields", {"fields": names}, (actor_row(view.index, row),)) if names else ("no_shared_fields", {}, ())


def plain_field_activity(view: QueryView, row: int) -> ReasonFacts:
    index = view.index
    in_fields = [
        each
        for each in index.projects.memberships[[row]].indices
        if (index.fields.of_projects[[each]] @ view.fields)[0] > 0
    ]
    recent = latest_first(index, (each for each in in_fields if index.projects.age_years[each] < 3))
    if not recent:
        return ("past_field_activity" if in_fields else "no_field_activity"), {}, ()
    return "field_activity", {"count": len(recent)}, project_rows(index, recent[:N_QUOTED])


def plain_activity(view: QueryView, row: int) -> ReasonFacts:
    index = view.index
    partners = int(index.links.degree[row])
    recent = latest_first(
        index, (each for each in index.projects.memberships[[row]].indices if index.projects.age_years[each] < 3)
    )
    if not recent:
        return ("degree", {"partners": partners}, ()) if partners else ("no_activity", {}, ())
    return "activity", {"count": len(recent), "partners": partners}, project_rows(index, recent[:N_QUOTED])


def plain_place(view: QueryView, row: int) -> ReasonFacts:
    code = view.index.countries.of_actor[row]
    known = code >= 0
    return (
        ("place", {"place": view.index.countries.codes[code]}, (actor_row(view.index, row),))
        if known
        else ("no_place", {}, ())
    )


def plain_kind(view: QueryView, row: int) -> ReasonFacts:
    return "kind", {"kind": view.index.snapshot.actor(row).kind}, (actor_row(view.index, row),)


PLAIN: Mapping[str, Callable[[QueryView, int], ReasonFacts]] = {
    "connection": plain_connection,
    "similar_projects": plain_similar_projects,
    "text_similarity": plain_text_similarity,
    "offer": plain_offer,
    "need": plain_need,
    "fields": plain_fields,
    "field_activity": plain_field_activity,
    "activity": plain_activity,
    "place": plain_place,
    "kind": plain_kind,
}
REASONS = [feature.reason for feature in STANDARD.features]


def assert_explained_from_facts(view: QueryView, candidates: Iterable[int]) -> None:
    """Every reason, computed for all candidates at once, equals the reason computed from the facts one by one."""
    places = [REASONS.index(reason) for reason in PLAIN]
    contributions = np.zeros(len(STANDARD.features))
    contributions[places] = np.arange(len(places), 0, -1)
    rows = np.array([*candidates], np.intp)
    for row, reasons in zip(rows.tolist(), explain(view, rows, np.tile(contributions, (len(rows), 1))), strict=True):
        given_facts = [(reason.code, reason.params, reason.evidence) for reason in reasons]
        assert given_facts == [plain(view, row) for plain in PLAIN.values()]


def every_second(snapshot: GraphSnapshot, offset: int = 0) -> Iterator[int]:
    return islice(range(snapshot.n_actors), offset, None, 2)


def crossed_network() -> GraphSnapshot:
    """Ties, projects without dates, a crowd, and texts that say the same with and without diacritics."""
    crowd = " ".join(f"x{number:02}" for number in range(60))
    facts: list[Fact] = [*actors(f"m n {crowd}"), tie("a", "m"), tie("m", "c", occurrence=1), tie("c", "m")]
    facts += [actor("a", summary="Đo bụi mịn đô thị", fields=("agritech",), needs=("máy đo bụi",), country="VN")]
    facts += [actor("b", "school", summary="do bui min, urban sensors", fields=("biomed",), offers=("máy đo",))]
    facts += [actor("c", "startup", summary="đo bụi", fields=("agritech", "biomed"), needs=("cảm biến",))]
    facts += [*project("p1", "a", "m", start=None, title="Cảm biến bụi"), *project("p2", "a", "m", start="2019")]
    facts += [*project("p3", "b", "m", "n", start="2024", title="bụi mịn"), *project("p4", "b", "c", start="2024")]
    facts += project("p5", *crowd.split(), "a", "b", "c", start="2024", title="hội thảo đo bụi")
    return snapshot_of(facts)


def test_reasons_match_the_facts_of_a_crossed_network() -> None:
    index = NetworkIndex(crossed_network())
    everyone = range(index.snapshot.n_actors)
    for row in (index.snapshot.index_of(name) for name in "abcmn"):
        assert_explained_from_facts(MemberQuery(index, row), set(everyone) - {row})
    for text in ("đo bụi mịn", "bui min do thi va cam bien", "sensors", "zzz"):
        assert_explained_from_facts(TextQuery(index, text), everyone)


def test_reasons_match_the_facts_of_the_demo_network() -> None:
    index = NetworkIndex(GraphSnapshot.from_tables(hanoi_network().tables()))
    for row in range(0, index.snapshot.n_actors, 60):
        assert_explained_from_facts(MemberQuery(index, row), every_second(index.snapshot, row + 1))
    assert_explained_from_facts(TextQuery(index, "truy xuất nguồn gốc rau sạch"), every_second(index.snapshot))


def test_reasons_match_the_facts_of_a_network_with_a_past(learned: Learned) -> None:
    index = learned.recommender.index
    for row in (0, 7, 150):
        assert_explained_from_facts(MemberQuery(index, row), every_second(index.snapshot, row + 1))


def test_a_field_that_only_the_partner_works_in_is_not_shared() -> None:
    facts = [actor("a", fields=("agritech",)), actor("b", fields=("agritech", "biomed"))]
    index = NetworkIndex(snapshot_of_facts(facts))
    contributions = np.eye(len(STANDARD.features))[[REASONS.index("fields")]]
    ((reason,),) = explain(MemberQuery(index, 0), np.array([1]), contributions)
    assert reason.params == {"fields": ("agritech",)}


WORDS = st.lists(
    st.sampled_from(["bụi", "bui", "Mịn", "min", "đo", ",", "sensors", "sensor", "the", "của"]), max_size=7
)


@given(st.lists(WORDS.map(" ".join), max_size=4), WORDS.map(" ".join), st.randoms(use_true_random=False))
def test_words_in_common_match_the_texts(texts: list[str], question: str, random: Random) -> None:
    chosen = [row for row in range(len(texts)) if random.random() < 0.7]
    groups = np.zeros((2, len(texts) + 1))
    groups[0, chosen] = groups[1, -1] = 1
    terms = SharedTerms([*texts, question]).merged(sparse.csr_array(groups))
    expected = plain_words(written_terms(question), said_in(texts[row] for row in chosen))
    assert words_in_common(terms.of_text(question), terms, np.array([0])) == [expected]
    assert words_in_common(terms.of_row(1), terms, np.array([0])) == [expected]


def test_words_that_no_text_has_are_not_in_common() -> None:
    terms = SharedTerms(["đo bụi"])
    assert words_in_common(terms.of_text("vật liệu pin"), terms, np.array([0])) == [()]


@pytest.mark.parametrize("texts", [[], ["", " "]])
def test_a_network_without_words_has_no_words_in_common(texts: list[str]) -> None:
    terms = SharedTerms(texts).merged(sparse.csr_array((1, len(texts))))
    assert words_in_common(terms.of_text("đo bụi"), terms, np.array([0])) == [()]
    assert words_in_common(terms.of_row(0), terms, np.array([0])) == [()]
