"""A network with rankers that it has learned from its own past."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from graph.model import Fact
from graph.snapshot import GraphSnapshot
from matching.learning.training import train_or_day_one
from matching.ranking.ranker import Ranker, Task
from matching.recommend import Recommender
from tests.matching.networks import dated_network, snapshot_of_facts

CUT = date(2024, 1, 1)
TASKS: tuple[Task, ...] = ("partner", "brief")


@dataclass(frozen=True)
class Learned:
    """Facts, the network they made before the cut, and what was learned from it."""

    facts: list[Fact]
    known: GraphSnapshot
    rankers: dict[Task, Ranker]
    recommender: Recommender


def rankers_of(known: GraphSnapshot) -> dict[Task, Ranker]:
    """The rankers that a network learns from its past."""
    return {task: train_or_day_one(task, known, np.random.default_rng(7)) for task in TASKS}


@pytest.fixture(scope="session")
def learned() -> Learned:
    facts = dated_network(300, 600, np.random.default_rng(0))
    known = snapshot_of_facts(facts).before(CUT)
    rankers = rankers_of(known)
    return Learned(facts, known, rankers, Recommender.build(known, rankers))
