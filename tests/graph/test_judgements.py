import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import InvalidQueryError
from graph.judgements import (
    MACHINE,
    Judgement,
    Verdict,
    append_judgements,
    clusters,
    effective,
    open_proposals,
    read_judgements,
)
from graph.opening import open_store

IDS = "abcdefg"
VERDICTS: tuple[Verdict, ...] = ("same", "different", "unsure")


def said(pair: str, verdict: Verdict, by: str = "lan", at: int = 0, probability: float | None = None) -> Judgement:
    left_id, right_id = sorted(pair)
    return Judgement(left_id, right_id, verdict, by, f"2026-01-01T00:00:{at:02}.000000Z", probability)


def auto(pair: str, probability: float, verdict: Verdict = "same", at: int = 0) -> Judgement:
    return said(pair, verdict, MACHINE, at, probability)


def groups(judgements: Sequence[Judgement]) -> set[frozenset[str]]:
    found = clusters(judgements).canonical_ids
    return {frozenset(id_ for id_ in found if found[id_] == canonical) for canonical in found.values()}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    with open_store(tmp_path / "network.db") as store:
        judgements = [Judgement.now("b", "a", "same", "lan.p"), Judgement.now("a", "c", "unsure", MACHINE, 0.5)]
        append_judgements(store, judgements)
        append_judgements(store, [])
        assert read_judgements(store) == judgements
        assert (judgements[0].left_id, judgements[0].right_id) == ("a", "b")
        assert store.revision() == 1


@pytest.mark.parametrize("by", ["", "Lan Phạm", "lan pham", "LAN", "x" * 33, "a|b"])
def test_a_judgement_is_signed_with_a_handle(by: str) -> None:
    with pytest.raises(InvalidQueryError, match="handle"):
        Judgement.now("a", "b", "same", by)


def test_nobody_is_compared_with_itself() -> None:
    with pytest.raises(InvalidQueryError):
        Judgement.now("a", "a", "same", "lan")


def test_the_latest_word_of_a_person_counts_and_the_machine_s_only_where_no_person_spoke() -> None:
    first, undone = said("ab", "same"), said("ab", "different", at=1)
    later = auto("ab", 0.999, at=2)
    assert effective([first, undone, later]) == {("a", "b"): undone}
    assert effective([later, undone, first]) == {("a", "b"): undone}
    assert effective([auto("ab", 0.9), auto("ab", 0.1, "different", at=1)])["a", "b"].verdict == "different"
    assert effective([first, replace(undone, at=first.at)])["a", "b"].verdict == "different"


def test_links_are_followed() -> None:
    assert groups([auto("ab", 0.99), said("bc", "same"), auto("de", 0.99), auto("fg", 0.9, "unsure")]) == {
        frozenset("abc"),
        frozenset("de"),
    }


def test_the_least_probable_automatic_link_gives_way_to_a_person() -> None:
    links = [auto("ac", 0.999), auto("bc", 0.98)]
    found = clusters([*links, said("ab", "different")])
    assert set(found.canonical_ids) == {"a", "c"}
    assert found.held_off == (links[1],)
    assert found.links == (links[0],)
    assert found.conflicts == ()


def test_people_who_contradict_themselves_along_a_chain_are_told_and_nothing_is_joined() -> None:
    different = said("ac", "different", by="minh")
    found = clusters([said("ab", "same"), said("bc", "same"), different, auto("cd", 0.99), auto("da", 0.98)])
    assert [(conflict.ids, conflict.judgements) for conflict in found.conflicts] == [(("a", "b", "c"), (different,))]
    assert set(found.canonical_ids) == {"c", "d"}  # an automatic link may not join two of them through another
    taken_back = said("ac", "same", by="minh", at=1)
    assert groups([said("ab", "same"), said("bc", "same"), different, taken_back]) == {frozenset("abc")}


def test_ids_that_people_gave_stand_for_the_others() -> None:
    found = clusters(
        [
            Judgement("auto-1", "sc-hust", "same", "lan", "2026"),
            Judgement("cordis-999", "sc-hust", "same", MACHINE, "2026", 0.99),
            Judgement("auto-7", "ror-1", "same", MACHINE, "2026", 0.99),
        ]
    )
    assert set(found.canonical_ids.values()) == {"sc-hust", "auto-7"}


def test_proposals_are_what_a_person_still_has_to_judge() -> None:
    unsure = said("fg", "unsure")
    judgements = [
        auto("ab", 0.6, "unsure"),
        auto("cd", 0.7, "unsure"),
        unsure,
        auto("ae", 0.5, "unsure"),
        auto("ac", 0.4, "unsure"),
        said("cd", "different"),
        auto("be", 0.99),
        said("ce", "different"),
    ]
    assert [judgement.pair for judgement in open_proposals(judgements)] == [
        ("a", "b"),
        ("a", "e"),
        ("a", "c"),
        ("f", "g"),
    ]
    joined = [*judgements, said("ab", "same", at=1)]  # a is one with e then, and so apart from c
    assert [judgement.pair for judgement in open_proposals(joined)] == [("f", "g")]


JUDGEMENTS = st.lists(
    st.builds(
        lambda pair, verdict, by, probability: said(pair, verdict, by, 0, probability if by == MACHINE else None),
        st.sampled_from(["".join(pair) for pair in itertools.combinations(IDS, 2)]),
        st.sampled_from(VERDICTS),
        st.sampled_from(["lan", "minh", MACHINE]),
        st.sampled_from([0.5, 0.9, 0.99]),
    ),
    max_size=25,
).map(
    lambda judgements: [
        replace(judgement, at=f"2026-01-01T00:00:{second:02}Z") for second, judgement in enumerate(judgements)
    ]
)


@given(JUDGEMENTS, st.randoms())
def test_the_order_of_the_log_does_not_matter(judgements: list[Judgement], random: Random) -> None:
    shuffled = list(judgements)
    random.shuffle(shuffled)
    assert clusters(shuffled) == clusters(judgements)
    assert open_proposals(shuffled) == open_proposals(judgements)


@given(JUDGEMENTS)
def test_what_a_person_keeps_apart_is_never_joined(judgements: list[Judgement]) -> None:
    found = clusters(judgements)
    canonical = found.canonical_ids
    for judgement in effective(judgements).values():
        if judgement.is_human and judgement.verdict == "different":
            left, right = (canonical.get(actor_id, actor_id) for actor_id in judgement.pair)
            assert left != right
    for conflict in found.conflicts:
        assert len({canonical.get(actor_id, actor_id) for actor_id in conflict.ids}) == len(conflict.ids)
    for link in found.links:
        assert canonical[link.left_id] == canonical[link.right_id]


@given(JUDGEMENTS, st.sampled_from(["".join(pair) for pair in itertools.combinations(IDS, 2)]))
def test_a_merge_that_is_taken_back_leaves_nothing(judgements: list[Judgement], pair: str) -> None:
    apart = said(pair, "different", at=58)
    assert clusters([*judgements, said(pair, "same", at=57), apart]) == clusters([*judgements, apart])
