"""Kinds and fields as data."""

import tomllib
from collections.abc import Callable
from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest

from graph.errors import InvalidQueryError, KindsError
from graph.folding import nfc
from graph.kinds import Label, load_kinds, parse_kinds

SHIPPED = tuple(
    tomllib.loads(files("graph").joinpath(name).read_text(encoding="utf-8")) for name in ("kinds.toml", "fields.toml")
)


@pytest.fixture
def tables() -> tuple[dict[str, Any], dict[str, Any]]:
    kinds, fields = deepcopy(SHIPPED)
    return kinds, fields


def test_the_parties_of_the_network_are_there_in_order() -> None:
    assert list(load_kinds().actor) == ["agency", "school", "business", "expert", "startup", "intermediary"]
    assert list(load_kinds().opportunity) == ["project", "product", "challenge"]
    assert [kind.id for kind in load_kinds().actor.values() if kind.is_person] == ["expert"]


def test_weak_ties_are_weaker_than_every_strong_one() -> None:
    ties = load_kinds().relationship.values()
    assert {kind.id for kind in ties if not kind.is_strong} == {"member_of", "attended_with"}
    assert max(kind.strength for kind in ties if not kind.is_strong) < min(
        kind.strength for kind in ties if kind.is_strong
    )


def test_everything_has_a_label_in_both_languages() -> None:
    kinds = load_kinds()
    labels = [
        label
        for table in (kinds.actor, kinds.opportunity, kinds.relationship, kinds.fields)
        for entry in table.values()
        for label in [entry.label]
    ]
    labels += [label for kind in kinds.actor.values() for label in (kind.short_label, *kind.subkinds.values())]
    labels += [kind.inverse_label for kind in kinds.relationship.values()]
    assert all(label["vi"] == nfc(label["vi"]) != "" and label["en"] == nfc(label["en"]) != "" for label in labels)


def test_every_kind_of_actor_has_a_colour_and_a_letter_of_its_own() -> None:
    kinds = load_kinds().actor.values()
    assert len({kind.colour for kind in kinds}) == len({kind.letter for kind in kinds}) == len(kinds)


def test_an_undirected_relationship_reads_alike_from_both_ends() -> None:
    for kind in load_kinds().relationship.values():
        assert (kind.label == kind.inverse_label) == (not kind.directed)


def test_ends_of_a_relationship() -> None:
    mentors, affiliated = (load_kinds().relationship[name] for name in ("mentors", "affiliated_with"))
    assert mentors.allows("expert", "startup")
    assert affiliated.allows("expert", "school")
    assert not affiliated.allows("school", "expert")


def test_a_field_outside_the_taxonomy_is_its_own_label() -> None:
    assert load_kinds().field_label("semiconductor", "en") == load_kinds().fields["semiconductor"].label.en
    assert load_kinds().field_label("dệt lụa", "vi") == "dệt lụa"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kinds: kinds.pop("actor"),
        lambda kinds: kinds.pop("version"),
        lambda kinds: kinds["actor"]["school"].pop("en"),
        lambda kinds: kinds["actor"]["school"].pop("letter"),
        lambda kinds: kinds["actor"]["school"]["subkinds"]["university"].pop("en"),
        lambda kinds: kinds["opportunity"]["project"].pop("vi"),
        lambda kinds: kinds["relationship"]["mentors"].pop("strength"),
        lambda kinds: kinds["relationship"]["mentors"].pop("inverse_vi"),
        lambda kinds: kinds["relationship"]["mentors"].pop("sources"),
    ],
)
def test_a_gap_in_the_kinds_file_is_named(
    tables: tuple[dict[str, Any], dict[str, Any]], spoil: Callable[[dict[str, Any]], object]
) -> None:
    kinds, fields = tables
    spoil(kinds)
    with pytest.raises(KindsError, match="The kinds file lacks") as caught:
        parse_kinds(kinds, fields)
    assert caught.value.code == "kinds_incomplete"


@pytest.mark.parametrize("strength", [-0.1, 1.01, float("nan")])
def test_a_strength_outside_its_range_is_refused(
    tables: tuple[dict[str, Any], dict[str, Any]], strength: float
) -> None:
    kinds, fields = tables
    kinds["relationship"]["mentors"]["strength"] = strength
    with pytest.raises(KindsError, match="mentors must lie between 0 and 1"):
        parse_kinds(kinds, fields)


@pytest.mark.parametrize("side", ["sources", "targets"])
def test_an_end_that_is_no_kind_of_actor_is_refused(tables: tuple[dict[str, Any], dict[str, Any]], side: str) -> None:
    kinds, fields = tables
    kinds["relationship"]["mentors"][side] = ["expert", "wizard"]
    with pytest.raises(KindsError, match=rf"The {side} of mentors .*wizard"):
        parse_kinds(kinds, fields)


def test_a_new_kind_is_one_more_entry_of_the_file(tables: tuple[dict[str, Any], dict[str, Any]]) -> None:
    kinds, fields = tables
    kinds["actor"]["guild"] = kinds["actor"]["agency"] | {"vi": "Phường hội", "en": "Guild"}
    parsed = parse_kinds(kinds, fields)
    assert parsed.actor["guild"].label == Label("Phường hội", "Guild")
    assert parsed.relationship["mentors"].allows("guild", "startup")


def test_a_wrong_kind_is_answered_with_the_right_ones() -> None:
    kinds = load_kinds()
    kinds.require_actor_kinds(("school", "expert"))
    kinds.require_opportunity_kinds(("challenge",))
    kinds.require_link_kinds(("mentors", "project"))
    with pytest.raises(InvalidQueryError, match=r"no kind of actor 'shcool'\. Use one of: agency, school"):
        kinds.require_actor_kinds(("expert", "shcool"))
    with pytest.raises(InvalidQueryError, match="project, product, challenge"):
        kinds.require_opportunity_kinds(("school",))
    with pytest.raises(InvalidQueryError, match=r"signed_mou, .*challenge"):
        kinds.require_link_kinds(("school",))
