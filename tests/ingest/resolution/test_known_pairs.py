"""Known answers: what is linked without a person, and what must not be."""

import pytest

from ingest.resolution.agreement import agreement, guards
from ingest.resolution.compared_records import compared_records
from ingest.resolution.resolve import Resolution, resolve
from tests.ingest.resolution.known_pairs import DIFFERENT, SAME, Side


def resolved(left: Side, right: Side) -> Resolution:
    return resolve([left.record("left"), right.record("right")])


def name_of(side: object) -> str | None:
    return side.name if isinstance(side, Side) else None


@pytest.mark.parametrize(("left", "right"), SAME, ids=name_of)
def test_two_spellings_of_one_actor_are_linked(left: Side, right: Side) -> None:
    resolution = resolved(left, right)
    assert [(pair.left_id, pair.right_id) for pair in resolution.links] == [("left", "right")]
    assert not resolution.unclear
    assert not any(code.startswith("guard_") for code, _ in resolution.links[0].reasons)


@pytest.mark.parametrize(("left", "right"), DIFFERENT, ids=name_of)
def test_two_actors_of_nearly_one_name_are_not_linked(left: Side, right: Side) -> None:
    resolution = resolved(left, right)
    assert not resolution.links
    for pair in resolution.unclear:
        assert any(code.startswith("guard_") for code, _ in pair.reasons)


def test_all_at_once_nothing_else_is_linked() -> None:
    """In one file, with every namesake beside every other, no link joins two of the pairs that are different."""
    pairs = DIFFERENT[:30]
    records = [
        record for i, (left, right) in enumerate(pairs) for record in (left.record(f"{i}-a"), right.record(f"{i}-b"))
    ]
    links = {(pair.left_id, pair.right_id) for pair in resolve(records).links}
    assert not {(f"{i}-a", f"{i}-b") for i in range(len(pairs))} & links


@pytest.mark.parametrize(
    ("left", "right", "code"),
    [
        (Side("Bệnh viện Nhi đồng 1"), Side("Bệnh viện Nhi đồng 2"), "guard_number"),
        (Side("Trường Đại học Y Hà Nội"), Side("Khoa Y, Trường Đại học Y Hà Nội"), "guard_unit"),
        (Side("Trường Đại học Mở Hà Nội"), Side("Trường Đại học Mỏ Hà Nội"), "guard_tones"),
        (Side("Công ty TNHH Minh Long"), Side("Công ty TNHH Long Minh"), "guard_order"),
        (Side("Công ty TNHH Minh Long"), Side("Công ty Cổ phần Minh Long"), "guard_legal_form"),
        (Side("Công ty Nam Long", "Hà Nội"), Side("Công ty Nam Long", "Cần Thơ"), "guard_place"),
        (Side("A", identifiers=("tax:1",)), Side("A", identifiers=("tax:2",)), "guard_identifier"),
        (Side("Lê Minh", kind="expert"), Side("Lê Minh", kind="business"), "guard_kind"),
        (Side("Lê Minh An", kind="expert"), Side("Lê Minh An", kind="expert"), "guard_person"),
    ],
)
def test_what_tells_two_apart_is_named(left: Side, right: Side, code: str) -> None:
    one, two = compared_records([left.record("left"), right.record("right")])
    assert code in dict(guards(one, two, agreement(one, two)))


def test_the_table_is_of_both_verdicts() -> None:
    assert len(SAME) >= 40
    assert len(DIFFERENT) >= 55
