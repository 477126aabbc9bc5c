"""Match quality on the development benchmark: above every baseline, on both tasks."""

import os
from datetime import date
from pathlib import Path

import pytest

from graph.snapshot import GraphSnapshot
from ingest.load import read_tables
from matching.evaluation import evaluate as evaluation
from matching.evaluation.evaluate import evaluate
from matching.evaluation.report import EXPOSURE_AWARE, OURS, Protocol

FOLDER = os.environ.get("KETNOI_BENCHMARK_DATA", "")
PROTOCOLS = (
    Protocol("partner", date(2019, 1, 1), date(2021, 1, 1), n_questions=300, n_examples=300),
    Protocol("brief", date(2024, 7, 1), date(2025, 1, 1), n_examples=300),
)

pytestmark = [
    pytest.mark.cordis,
    pytest.mark.skipif(not FOLDER, reason="set KETNOI_BENCHMARK_DATA to the folder of the development benchmark"),
]


@pytest.fixture(scope="module")
def cordis() -> GraphSnapshot:
    folder = Path(FOLDER)
    assert folder.is_dir(), f"KETNOI_BENCHMARK_DATA names no folder: {folder}"
    return GraphSnapshot.from_tables(read_tables(folder).tables)


@pytest.fixture
def sampled_questions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the thousands of questions beside the sample: only the parts of the report rest on them."""
    monkeypatch.setattr(evaluation, "_SHORT_HISTORY", -1)


@pytest.mark.usefixtures("sampled_questions_alone")
@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.task)
def test_ours_is_above_every_baseline(cordis: GraphSnapshot, protocol: Protocol) -> None:
    report = evaluate(cordis, protocol)
    assert report.n_questions == (300 if protocol.task == "partner" else 256)
    figures = [(method.name, method.ndcg) for method in report.methods]
    assert {name for name, _ in figures[:2]} == {OURS, EXPOSURE_AWARE}, figures
    assert report.ratio > 1
    assert report.calibration_error is None or report.calibration_error < 0.2
