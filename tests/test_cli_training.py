"""``ketnoi train``, and the commands that use what it learned, as a person at a shell meets them."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.interop import exchange_tables, export_tables
from graph.model import Fact
from graph.opening import open_store
from graph.tables import Tables
from ingest.load import load_folder
from matching.features.standard import STANDARD
from matching.learning.training import MIN_QUESTIONS
from matching.ranking.model_files import day_one_rankers, to_json
from matching.ranking.ranker import LinearRanker, Task
from service.cli import main, training
from tests.matching.networks import dated_network
from tests.test_cli_partners import Ended

SHIPPED = {task: ranker.version for task, ranker in day_one_rankers().items()}
AS_OF = "2025-01-01"
QUICK = ("--as-of", AS_OF, "--examples", 210)
OWN = LinearRanker("own", STANDARD.names, np.ones(len(STANDARD.names)), {"snapshot_digest": "0123456789abcdef"})


def ketnoi(*words: object, **environment: object) -> Ended:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["ketnoi", *map(str, words)])
        patch.setenv("KETNOI_LANGUAGE", "en")
        for name, value in environment.items():
            patch.setenv(name, str(value))
        with pytest.raises(SystemExit) as ended:
            main()
    assert "Traceback" not in err.getvalue()
    return Ended(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def json_of(ended: Ended) -> Any:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


@dataclass(frozen=True)
class Place:
    """A network, as a folder of tables and as a store."""

    folder: Path
    store: Path


def place_of(path: Path, facts: list[Fact]) -> Place:
    folder, store = path / "network", path / "network.db"
    folder.mkdir()
    export_tables(exchange_tables(Tables.from_facts(facts)), folder, "csv")
    with open_store(store) as opened:
        load_folder(opened, folder)
    return Place(folder, store)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A network with ten years of its own to learn from."""
    return place_of(tmp_path_factory.mktemp("old"), dated_network(300, 600, np.random.default_rng(0)))


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A network whose past is too short."""
    return place_of(tmp_path_factory.mktemp("young"), dated_network(40, 30, np.random.default_rng(0)))


@pytest.fixture(scope="module")
def learned(old: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The folder of what the old network learned, and what was said of it."""
    models = tmp_path_factory.mktemp("learned") / "not" / "there"
    ended = ketnoi("train", "--store", old.store, *QUICK, "--json", KETNOI_MODELS=models)
    return models, json_of(ended)


def test_a_network_learns_both_rankers_and_says_from_what(learned: tuple[Path, list[dict[str, Any]]]) -> None:
    models, outcomes = learned
    assert sorted(path.name for path in models.iterdir()) == ["brief.json", "partner.json"]
    assert [outcome["task"] for outcome in outcomes] == ["partner", "brief"]
    for outcome in outcomes:
        assert MIN_QUESTIONS <= outcome["n_questions"] <= 210
        assert outcome["n_needed"] == MIN_QUESTIONS
        assert outcome["as_of"] == AS_OF
        assert outcome["is_calibrated"] is True
        assert outcome["seconds"] > 0
        assert outcome["file"] == str(models / f"{outcome['task']}.json")
        assert outcome["model_version"] not in SHIPPED.values()


@pytest.mark.parametrize(("task", "question"), [("partner", ["a0001"]), ("brief", ["--brief", "đo bụi mịn"])])
def test_match_asks_what_was_learned(
    young: Place, learned: tuple[Path, list[dict[str, Any]]], tmp_path: Path, task: Task, question: list[str]
) -> None:
    words = ("match", *question, "--store", young.store, "--json", "--limit", "2")
    models, outcomes = learned
    own = json_of(ketnoi(*words, KETNOI_MODELS=models))
    assert own["model_version"] == {outcome["task"]: outcome["model_version"] for outcome in outcomes}[task]
    assert all(suggestion["likelihood"] is not None for suggestion in own["suggestions"])
    without = json_of(ketnoi(*words, KETNOI_MODELS=tmp_path / "nowhere"))
    assert without["model_version"] == SHIPPED[task]


def test_one_task_is_learned_from_a_folder_alike_each_time(
    old: Place, learned: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    ended = ketnoi("train", old.folder, "--task", "brief", *QUICK, "--models", tmp_path)
    assert ended.code == 0, ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["brief.json"]
    assert (tmp_path / "brief.json").read_bytes() == (learned[0] / "brief.json").read_bytes()
    assert f"past questions as of {AS_OF}, calibrated, in " in ended.out
    assert learned[1][1]["model_version"] in ended.out


def checks_of(ended: Ended) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in json.loads(ended.out)["checks"]}


def test_training_speaks_vietnamese_too(young: Place, tmp_path: Path) -> None:
    words = ("train", young.folder, "--task", "brief", *QUICK, "--models", tmp_path)
    assert "bộ xếp hạng đang dùng được giữ nguyên" in " ".join(ketnoi(*words, "--language", "vi").out.split())


def test_doctor_says_whose_rankers_are_in_use(young: Place, tmp_path: Path) -> None:
    (tmp_path / "brief.json").write_text(to_json(OWN), encoding="utf-8")
    ended = ketnoi("doctor", "--store", young.store, "--json", KETNOI_MODELS=tmp_path)
    assert ended.code == 0
    checks = checks_of(ended)
    said = checks["model"]["message"]
    assert f"partner: {SHIPPED['partner']} (ships with Ketnoi)" in said
    assert "brief: own+01234567 (the network's own)" in said
    assert checks["network"]["state"] == "ok"


@pytest.mark.parametrize("content", ["", '{"secret": 1}', to_json(OWN).replace("similarity", "unlikeness", 1)[:-9]])
def test_a_model_that_cannot_be_used_is_named(young: Place, tmp_path: Path, content: str) -> None:
    (tmp_path / "partner.json").write_text(content, encoding="utf-8")
    for words in (["match", "a0001"], ["match", "--brief", "bụi"], ["serve", "--port", "0"]):
        ended = ketnoi(*words, "--store", young.store, KETNOI_MODELS=tmp_path)
        assert ended.code == 2
        assert "partner.json is not a Ketnoi model. Train anew with `ketnoi train`." in ended.said
        assert "secret" not in ended.said
        assert str(tmp_path) not in ended.said
    ended = ketnoi("doctor", "--store", young.store, "--json", KETNOI_MODELS=tmp_path)
    assert ended.code == 1
    checks = checks_of(ended)
    assert checks["model"]["state"] == "failure"
    assert "ketnoi train" in checks["model"]["message"]
    assert str(tmp_path) in checks["model"]["hint"]
    assert checks["store"]["state"] == "ok"


def test_too_short_a_past_changes_nothing_and_says_what_is_missing(young: Place, tmp_path: Path) -> None:
    (tmp_path / "partner.json").write_text("earlier", encoding="utf-8")
    words = ("train", "--store", young.store, "--models", tmp_path)
    ended = ketnoi(*words, "--as-of", AS_OF)
    assert ended.code == 1
    for task in ("partner", "brief"):
        assert f"{task}: the past as of {AS_OF} answers " in ended.said
    assert f"{MIN_QUESTIONS} are needed; the ranker in use stays." in ended.said
    assert "--as-of" not in ended.said
    assert [path.name for path in tmp_path.iterdir()] == ["partner.json"]
    assert (tmp_path / "partner.json").read_text(encoding="utf-8") == "earlier"
    of_today = ketnoi(*words, "--json")
    assert of_today.code == 1
    assert "--as-of DAY" in of_today.err
    for outcome in json.loads(of_today.out):
        assert outcome["n_questions"] < outcome["n_needed"]
        assert outcome["model_version"] is outcome["is_calibrated"] is outcome["file"] is None


def test_too_short_a_past_leaves_no_folder_behind(young: Place, tmp_path: Path) -> None:
    assert ketnoi("train", young.folder, "--models", tmp_path / "models").code == 1
    assert list(tmp_path.iterdir()) == []


class Interrupted(LinearRanker):
    """A ranker that cannot be written to the end."""

    __slots__ = ()
    failure: BaseException = OSError(28, "No space left on device")

    def document(self) -> dict[str, Any]:
        raise self.failure


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_the_earlier_model_stays_until_the_new_one_is_whole(
    young: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    monkeypatch.setattr(Interrupted, "failure", failure)
    monkeypatch.setattr(training, "answered_examples", lambda *_: [None] * MIN_QUESTIONS)
    monkeypatch.setattr(training, "train", lambda *_: Interrupted("broken", OWN.features, OWN.weights))
    (tmp_path / "partner.json").write_text(to_json(OWN), encoding="utf-8")
    ended = ketnoi("train", "--store", young.store, "--models", tmp_path)
    assert ended.code != 0
    assert [path.name for path in tmp_path.iterdir()] == ["partner.json"]
    assert (tmp_path / "partner.json").read_text(encoding="utf-8") == to_json(OWN)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--store", "network.db", "{folder}"], "one_network"),
        (["--store", "{here}/typo.db"], "ketnoi load"),
        (["{here}/nowhere"], "nowhere"),
        (["{folder}", "--models", "{store}"], "is a file"),
        (["{folder}", "--models", "{store}/models"], "is a file"),
        (["{folder}", "--examples", "199"], "200"),
        (["{folder}", "--seed", "-1"], "--seed"),
        (["{folder}", "--as-of", "soon"], "--as-of"),
        (["{folder}", "--task", "friends"], "--task"),
    ],
)
def test_train_refuses_what_cannot_be(young: Place, tmp_path: Path, words: list[str], said: str) -> None:
    filled = [word.format(folder=young.folder, store=young.store, here=tmp_path) for word in words]
    ended = ketnoi("train", *filled)
    assert ended.code == 2
    assert said in ended.said
    assert list(tmp_path.iterdir()) == []
