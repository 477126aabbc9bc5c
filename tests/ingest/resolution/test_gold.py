"""Precision and recall on the labelled reference lists and on corrupted copies, held-out half, beside simpler ways.

The lists are not part of the project: without them these tests are skipped.
"""

from pathlib import Path

import pytest

from benchmarks.resolution import FIT_SEED, Measurement, fitted_settings, reports
from benchmarks.resolution_world import World, corrupted_world, reference_folder, reference_world
from ingest.resolution.model import digest_of, shipped_model, shipped_settings


@pytest.fixture(scope="module")
def folder() -> Path:
    found = reference_folder()
    if found is None:
        pytest.skip("needs the reference lists (KETNOI_REFERENCE_DATA)")
    return found


@pytest.fixture(scope="module")
def world(folder: Path) -> World:
    return reference_world(folder)


@pytest.fixture(scope="module")
def measured(world: World) -> dict[str, dict[str, Measurement]]:
    return {name: {row.method.split(" >= ")[0]: row for row in rows} for name, rows in reports(world).items()}


def test_every_record_that_was_judged_is_there(world: World) -> None:
    assert len(world.records) == len({record.id for record in world.records}) == 889
    assert len(world.same_pairs()) == 233


@pytest.mark.parametrize("name", ["reference lists", "corrupted copies"])
def test_automatic_links_are_precise_and_find_nine_of_ten(
    measured: dict[str, dict[str, Measurement]], name: str
) -> None:
    rows = measured[name]
    assert rows["Ketnoi, links"].precision.value >= 0.99
    assert rows["Ketnoi, clusters"].precision.value >= 0.99
    assert rows["Ketnoi, clusters"].recall.value >= 0.90


@pytest.mark.parametrize("name", ["reference lists", "corrupted copies"])
@pytest.mark.parametrize("baseline", ["exact match", "folded match", "token-set"])
def test_simpler_ways_find_less(measured: dict[str, dict[str, Measurement]], name: str, baseline: str) -> None:
    ours, theirs = measured[name]["Ketnoi, links"], measured[name][baseline]
    assert theirs.recall.interval[1] < ours.recall.interval[0]


def test_the_model_that_ships_is_what_the_labels_give(world: World) -> None:
    assert digest_of(fitted_settings(corrupted_world(world, FIT_SEED))) == digest_of(shipped_settings())


def test_the_card_tells_what_is_measured(measured: dict[str, dict[str, Measurement]]) -> None:
    card = shipped_model()["card"]["held_out"]
    for name, rows in measured.items():
        for method, figures in card[name].items():
            assert figures["precision"] == str(rows[method].precision)
            assert figures["recall"] == str(rows[method].recall)
