"""What holds of every resolution: order and ids do not matter, and what people have decided is never overruled."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.resolution import clusters_of
from graph.model import Actor, Fact, Relationship
from graph.tables import Tables
from ingest.resolution.records import Record, records_of
from ingest.resolution.resolve import LINK_THRESHOLD, NAMESAKE_THRESHOLD, Pair, Resolution, Verdict, resolve

NAMES = (
    "Đại học Bách khoa Hà Nội",
    "ĐHBK Hà Nội",
    "Trường Đại học Bách khoa Hà Nội",
    "Đại học Bách khoa TP.HCM",
    "Hanoi University of Science and Technology",
    "Trường Đại học Công nghệ - ĐHQGHN",
    "Trường Đại học Công nghệ",
    "Công ty CP An Phát",
    "CTCP An Phát",
    "Công ty CP An Phú",
    "Công ty TNHH An Phát",
    "Tr??ng ??i h?c Bách khoa Hà N?i",
    "HUST",
    "?",
    "大学",
)
SLOW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def worlds(draw: st.DrawFn) -> list[Record]:
    n = draw(st.integers(0, 9))
    ids = [f"r{i}" for i in range(n)]
    return [
        Record(
            id=record_id,
            kind=draw(st.sampled_from(["school", "business", "expert"])),
            names=tuple(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))),
            identifiers=tuple(draw(st.lists(st.sampled_from(["tax:1", "tax:2", "ror:a"]), max_size=2, unique=True))),
            domain=draw(st.sampled_from([None, "hust.edu.vn", "anphat.vn"])),
            place=draw(st.sampled_from([None, "Hà Nội", "TP. Hồ Chí Minh"])),
            parents=tuple(draw(st.lists(st.sampled_from(ids), max_size=1))),
            founded=draw(st.sampled_from([None, "1956", "2010-05"])),
        )
        for record_id in ids
    ]


def shown(pairs: Sequence[Pair], names: Mapping[str, str]) -> set[tuple[frozenset[str], float, frozenset[str]]]:
    return {
        (
            frozenset((names[pair.left_id], names[pair.right_id])),
            pair.probability,
            frozenset(code for code, _ in pair.reasons),
        )
        for pair in pairs
    }


@SLOW
@given(worlds(), st.randoms(use_true_random=False))
def test_neither_order_nor_ids_matter(records: list[Record], random: Random) -> None:
    resolution = resolve(records)
    shuffled = list(records)
    random.shuffle(shuffled)
    assert resolve(shuffled) == resolution
    new = {record.id: f"{9 - i}-new" for i, record in enumerate(records)}
    renamed = resolve(
        replace(record, id=new[record.id], parents=tuple(new[parent] for parent in record.parents))
        for record in records
    )
    old = {new_id: old_id for old_id, new_id in new.items()}
    same = {record.id: record.id for record in records}
    assert shown(renamed.links, old) == shown(resolution.links, same)
    assert shown(renamed.unclear, old) == shown(resolution.unclear, same)


@SLOW
@given(worlds())
def test_pairs_are_ordered_disjoint_and_above_their_thresholds(records: list[Record]) -> None:
    resolution = resolve(records)
    links = [(pair.left_id, pair.right_id) for pair in resolution.links]
    unclear = [(pair.left_id, pair.right_id) for pair in resolution.unclear]
    assert len(set(links + unclear)) == len(links) + len(unclear)
    assert all(left < right for left, right in links + unclear)
    assert all(LINK_THRESHOLD <= pair.probability <= 1 for pair in resolution.links)
    assert all(NAMESAKE_THRESHOLD <= pair.probability <= 1 for pair in resolution.unclear)
    for pairs in (resolution.links, resolution.unclear):
        assert [pair.probability for pair in pairs] == sorted((pair.probability for pair in pairs), reverse=True)


@SLOW
@given(worlds(), st.data())
def test_what_is_decided_is_not_asked_again_and_different_stays_apart(
    records: list[Record], data: st.DataObject
) -> None:
    resolution = resolve(records)
    found = sorted((pair.left_id, pair.right_id) for pair in (*resolution.links, *resolution.unclear))
    verdicts: dict[tuple[str, str], Verdict] = {
        pair: data.draw(st.sampled_from(["different", "unsure"]), label=str(pair))
        for pair in found
        if data.draw(st.booleans())
    }
    turned = {(right, left): verdict for (left, right), verdict in verdicts.items()}
    again = resolve(records, verdicts)
    assert resolve(records, turned) == again
    links = [(pair.left_id, pair.right_id) for pair in again.links]
    asked = set(links) | {(pair.left_id, pair.right_id) for pair in again.unclear}
    assert not asked & set(verdicts)
    implied = set(clusters_of(links))
    assert not {pair for pair in implied if verdicts.get(pair) == "different"}


@SLOW
@given(worlds())
def test_no_chain_joins_two_identifiers_of_one_scheme_a_person_and_a_firm_or_a_part_and_its_whole(
    records: list[Record],
) -> None:
    by_id = {record.id: record for record in records}
    links = [(pair.left_id, pair.right_id) for pair in resolve(records).links]
    for left, right in clusters_of(links):
        one, two = by_id[left], by_id[right]
        assert (one.kind == "expert") == (two.kind == "expert")
        assert left not in two.parents
        assert right not in one.parents
        taxes = [{value for value in side.identifiers if value.startswith("tax:")} for side in (one, two)]
        assert not all(taxes) or taxes[0] & taxes[1]


def chain() -> list[Record]:
    names = ("Công ty CP Công nghệ An Phát", "CTCP Công nghệ An Phát", "CÔNG TY CP CÔNG NGHỆ AN PHÁT")
    return [Record(id=record_id, kind="business", names=(name,)) for record_id, name in zip("abc", names, strict=True)]


def ids(resolution: Resolution) -> list[tuple[str, str]]:
    return sorted((pair.left_id, pair.right_id) for pair in resolution.links)


def test_different_is_never_overruled_by_a_chain() -> None:
    assert ids(resolve(chain())) == [("a", "b"), ("a", "c"), ("b", "c")]
    held = resolve(chain(), {("a", "c"): "different"})
    assert not ids(held)
    assert [dict(pair.reasons)["guard_chain"] for pair in held.unclear] == ["guard_decided", "guard_decided"]


def test_same_joins_and_different_then_holds_for_all_who_are_joined() -> None:
    """b and c are one, a and c are two: so a and b cannot be one, however alike."""
    held = resolve(chain(), {("b", "c"): "same", ("c", "a"): "different"})
    assert not ids(held)
    assert [(pair.left_id, pair.right_id) for pair in held.unclear] == [("a", "b")]


def test_a_namesake_that_could_be_either_of_two_is_put_to_a_person() -> None:
    registered = [
        Record(id=f"tax{n}", kind="business", names=("Công ty CP An Phát",), identifiers=(f"tax:{n}",)) for n in (1, 2)
    ]
    resolution = resolve([*registered, Record(id="sheet", kind="business", names=("CTCP An Phát",))])
    assert not resolution.links
    assert {(pair.left_id, pair.right_id) for pair in resolution.unclear} == {
        ("sheet", "tax1"),
        ("sheet", "tax2"),
        ("tax1", "tax2"),
    }


def test_a_member_is_told_by_what_it_belongs_to() -> None:
    """A name that many bear is found through the university it is part of."""
    records = [
        Record(id="vnu", kind="school", names=("Đại học Quốc gia Hà Nội",)),
        Record(id="hue", kind="school", names=("Đại học Huế",)),
        Record(id="economics", kind="school", names=("Trường Đại học Kinh tế",), parents=("vnu",)),
        Record(id="economics-hue", kind="school", names=("Trường Đại học Kinh tế",), parents=("hue",)),
        Record(id="sheet", kind="school", names=("Trường ĐH Kinh tế - ĐHQGHN",)),
    ]
    assert ids(resolve(records)) == [("economics", "sheet")]


def test_records_come_from_the_tables_with_what_they_belong_to() -> None:
    facts: list[Fact] = [
        Actor(id="uet", kind="school", name="Trường ĐH Công nghệ", short_name="UET", aliases=("UET", "ĐHCN")),
        Actor(id="vnu", kind="school", name="ĐHQGHN", website="http://www.vnu.edu.vn/vi", district_or_city="Hà Nội"),
        Actor(id="an", kind="expert", name="An"),
        Relationship(source_id="uet", target_id="vnu", kind="part_of"),
        Relationship(source_id="an", target_id="uet", kind="affiliated_with"),
        Relationship(source_id="an", target_id="vnu", kind="member_of"),
    ]
    an, uet, vnu = records_of(Tables.from_facts(facts))
    assert (an.parents, an.wholes) == (("uet",), ())
    assert (uet.parents, uet.wholes, uet.names) == (("vnu",), ("vnu",), ("Trường ĐH Công nghệ", "UET", "ĐHCN"))
    assert (vnu.domain, vnu.place) == ("vnu.edu.vn", "Hà Nội")


@pytest.mark.parametrize("records", [[], [Record(id="a", kind="school", names=())], chain()[:1]])
def test_little_or_nothing_resolves_to_nothing(records: list[Record]) -> None:
    assert resolve(records) == Resolution((), ())
