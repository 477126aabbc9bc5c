"""The commands match, rank and evaluate, as a person at a shell meets them."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.interop import exchange_tables, export_tables
from graph.model import Actor, Fact
from graph.opening import open_store
from graph.tables import Tables
from matching.batch import Ranked
from service.cli import main, ranking
from tests.matching.networks import actor, actors, dated_network, project, tie
from tests.service.doubles import likely_rankers
from tests.worlds import HANOI, World, hanoi_network, load_world


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything on both streams, on one line."""
        return " ".join((self.out + " " + self.err).split())


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run_command(*words: object, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "argv", ["ketnoi", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        streams = capsys.readouterr()
        assert "Traceback" not in streams.err
        return Ended(int(ended.value.code or 0), streams.out, streams.err)

    return run_command


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo network, with one member more whose name is hostile."""
    path = tmp_path_factory.mktemp("store") / "network.db"
    world = hanoi_network()
    hostile = Actor("x/'\"1", "startup", "[red]<script>alert(1)</script>[/red]", summary="xyzzyplugh")
    with open_store(path) as opened:
        load_world(opened, World([*world.actors, hostile], world.projects, world.relationships, world.participations))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a past of ten years, to rank and to measure on."""
    facts = dated_network(150, 240, np.random.default_rng(0))
    facts += [actor("founded-later", founded="2024-05"), *actors("quiet undated-1 undated-2")]
    facts += [*project("no date", "undated-1", "undated-2", start=None), tie("a0001", "a0002", since=None)]
    return exported(tmp_path_factory.mktemp("folder"), facts)


def exported(folder: Path, facts: list[Fact]) -> Path:
    folder.mkdir(exist_ok=True)
    export_tables(exchange_tables(Tables.from_facts(facts)), folder, "csv")
    return folder


def queries(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "queries.csv"
    path.write_text(text, encoding="utf-8")
    return path


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def json_of(ended: Ended) -> Any:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


# match


def test_match_suggests_partners_of_a_member_and_says_why(run: Run, store: Path) -> None:
    ended = run("match", "st-selex", "--store", store, "--limit", 3)
    assert ended.code == 0
    assert re.findall(r"^ {2}(\d)  ", ended.out, re.MULTILINE) == ["1", "2", "3"]
    assert "cùng lĩnh vực" in ended.said


@pytest.mark.parametrize(
    ("brief", "heading"),
    [("cảm biến đo bụi mịn", "Hiểu là: môi trường"), ("cam bien do bui min", "Hiểu là: môi trường")],
)
def test_match_says_how_it_understood_a_brief(run: Run, store: Path, brief: str, heading: str) -> None:
    assert heading in run("match", "--brief", brief, "--store", store).said


def test_match_speaks_english_when_asked(run: Run, store: Path) -> None:
    ended = run("match", "--brief", "fine dust sensors", "--store", store, "--language", "en", "--kind", "school")
    assert ended.code == 0
    assert "Understood as" in ended.said
    assert "Hidden by the kind filter" in ended.said
    assert "cùng lĩnh vực" not in ended.said


@pytest.mark.parametrize("question", [["st-selex"], ["--brief", "truy xuất nguồn gốc rau"]])
def test_match_in_json_carries_reasons_that_add_up(run: Run, store: Path, question: list[str]) -> None:
    answer = json_of(run("match", *question, "--store", store, "--json", "--limit", 7))
    assert len(answer["suggestions"]) == 7
    for suggestion in answer["suggestions"]:
        assert suggestion["actor_id"]
        added = sum(reason["contribution"] for reason in suggestion["reasons"])
        assert added == pytest.approx(suggestion["score"], abs=1e-9)
        for reason in suggestion["reasons"]:
            assert reason["text"]["vi"]
            assert reason["text_for_partner"]["en"]


def test_match_reads_a_brief_from_a_pipe(run: Run, store: Path) -> None:
    piped = json_of(run("match", "--brief", "-", "--store", store, "--json", stdin="cảm biến đo bụi mịn\n"))
    given = json_of(run("match", "--brief", "cảm biến đo bụi mịn\n", "--store", store, "--json"))
    assert piped["suggestions"] == given["suggestions"]


def test_match_suggests_names_near_an_unknown_id(run: Run, store: Path) -> None:
    ended = run("match", "selex", "--store", store)
    assert ended.code == 2
    assert "Did you mean: st-selex (" in ended.said
    nobody = run("match", "qqqqqqq", "--store", store)
    assert nobody.code == 2
    assert "'qqqqqqq'" in nobody.said
    assert "Did you mean" not in nobody.said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--brief", ""], "empty_query"),
        (["--brief", "  "], "empty_query"),
        (["--brief", "a" * 20_001], "query_too_long"),
        ([], "one_question"),
        (["st-selex", "--brief", "x"], "one_question"),
        (["st-selex", "--limit", "-1"], "limit_out_of_range"),
        (["st-selex", "--limit", "0"], "limit_out_of_range"),
        (["st-selex", "--limit", "1000000000"], "limit_out_of_range"),
        (["st-selex", "--kind", "wizard"], "unknown_kind"),
    ],
)
def test_match_refuses_with_a_sentence(run: Run, store: Path, words: list[str], code: str) -> None:
    ended = run("match", *words, "--store", store)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith(f"{code}: ")
    assert ended.err.strip().endswith((".", "?"))


def test_match_shows_only_the_kinds_asked_for(run: Run, store: Path) -> None:
    words = ("match", "st-selex", "--store", store, "--json", "--kind", "school", "--kind", "expert")
    answer = json_of(run(*words))
    assert {suggestion["actor"]["kind"] for suggestion in answer["suggestions"]} <= {"school", "expert"}
    assert 0 < answer["n_hidden"] < answer["n_candidates"]


def test_match_lets_more_members_be_seen_unless_told_otherwise(
    run: Run, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("match", "st-selex", "--store", store, "--limit", "20")

    def shown(*options: str) -> Any:
        return json_of(run(*words, "--json", *options))["suggestions"]

    exposed, plain = shown("--exposure"), shown("--no-exposure")
    assert exposed != plain
    assert shown() == exposed
    monkeypatch.setenv("KETNOI_EXPOSURE", "false")
    assert shown() == plain
    assert "bậc để thành viên mới và ít được nhắc đến" not in run(*words).said
    assert "bậc để thành viên mới và ít được nhắc đến" in run(*words, "--exposure").said


def test_match_shows_fit_and_likelihood_where_it_is_known(
    run: Run, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("match", "st-selex", "--store", store)
    assert "Phù hợp ▮▮▮▮▯" in run(*words).said
    assert "Khả năng" not in run(*words).said
    monkeypatch.setattr("matching.ranking.model_files.day_one_rankers", likely_rankers)
    first, *_ = json_of(run(*words, "--json", "--limit", "1"))["suggestions"]
    said = run(*words, "--limit", "1", "--language", "en").said
    assert re.search(rf"Likelihood: (high|medium|low) \({first['likelihood']:.0%}\)", said)


@pytest.mark.parametrize(
    "brief",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE actors; --",
        "MATCH (n) DETACH DELETE n",
        "[bold]x[/nothing]",
        "\x1b[2J",
    ],
)
def test_match_takes_hostile_words_for_words(run: Run, store: Path, brief: str) -> None:
    assert run("match", "--brief", brief, "--store", store).code == 0
    assert len(json_of(run("match", "st-selex", "--store", store, "--json"))["suggestions"]) == 10


def test_match_prints_a_hostile_name_as_it_is(run: Run, store: Path) -> None:
    ended = run("match", "--brief", "xyzzyplugh", "--store", store)
    assert "[red]<script>alert(1)</script>[/red]" in ended.said
    assert run("match", "x/'\"1", "--store", store).code == 0


def test_match_says_when_nobody_fits(run: Run, tmp_path: Path) -> None:
    with open_store(tmp_path / "quiet.db") as opened:
        opened.upsert_actors([Actor("a", "startup", "Một mình")])
    assert "Chưa tìm thấy đối tác phù hợp." in run("match", "a", "--store", tmp_path / "quiet.db").said


def test_match_makes_no_store_where_there_is_none(run: Run, tmp_path: Path) -> None:
    ended = run("match", "st-selex", "--store", tmp_path / "typo.db")
    assert ended.code == 2
    assert "ketnoi load" in ended.said
    assert list(tmp_path.iterdir()) == []


def test_match_asks_for_actors_where_there_are_none(run: Run, tmp_path: Path) -> None:
    open_store(tmp_path / "empty.db").close()
    ended = run("match", "st-selex", "--store", tmp_path / "empty.db")
    assert ended.code == 2
    assert ended.err.startswith("network_empty: ")


# rank

EN = ("--language", "en")


def test_rank_writes_a_list_for_every_actor(run: Run, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "lists.csv"
    asked = queries(tmp_path, "actor_id\na0007\na0001\n")
    ended = run("rank", folder, *EN, "--as-of", "2024-01-01", "--actors", asked, "--limit", 5, "--output", output)
    assert ended.code == 0, ended.err
    assert ended.out == ""
    rows = rows_in(output)
    assert list(rows[0]) == ["query_id", "actor_id", "rank", "score"]
    assert [row["query_id"] for row in rows] == ["a0007"] * 5 + ["a0001"] * 5
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"] * 2
    for query_id in ("a0007", "a0001"):
        scores = [float(row["score"]) for row in rows if row["query_id"] == query_id]
        assert scores == sorted(scores, reverse=True)
        assert query_id not in {row["actor_id"] for row in rows if row["query_id"] == query_id}
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_rank_answers_briefs_with_awkward_ids(run: Run, folder: Path, tmp_path: Path) -> None:
    asked = queries(tmp_path, 'id,title,summary\n"b/1, ""x""",bụi mịn,cảm biến đo\nb2,,"<script>\n\'; DROP"\n')
    output = tmp_path / "lists.csv"
    ended = run("rank", folder, *EN, "--as-of", "2024-01-01", "--briefs", asked, "--limit", 3, "--output", output)
    assert ended.code == 0, ended.err
    assert [row["query_id"] for row in rows_in(output)] == ['b/1, "x"'] * 3 + ["b2"] * 3


def test_rank_counts_what_has_no_date(run: Run, folder: Path, tmp_path: Path) -> None:
    asked = queries(tmp_path, "actor_id\na0001\n")
    ended = run("rank", folder, *EN, "--as-of", "2024-01-01", "--actors", asked, "--output", tmp_path / "lists.csv")
    assert "Left out for want of a date: 1 projects, 1 relationships." in " ".join(ended.err.split())


def test_rank_reports_who_has_no_list_and_ranks_the_others(run: Run, folder: Path, tmp_path: Path) -> None:
    asked = queries(tmp_path, "actor_id\n[red]nobody\na0001\nfounded-later\n")
    output = tmp_path / "lists.csv"
    ended = run("rank", folder, *EN, "--as-of", "2024-01-01", "--actors", asked, "--output", output)
    assert ended.code == 1
    said = " ".join(ended.err.split())
    assert "1 of 3 queries ranked" in said
    assert "2 have no list" in said
    assert "[red]nobody" in said
    assert {row["query_id"] for row in rows_in(output)} == {"a0001"}
    later = run("rank", folder, *EN, "--as-of", "2025-01-01", "--actors", asked, "--output", output)
    assert "[red]nobody" in later.said


def test_rank_leaves_earlier_partners_out_only_when_told(run: Run, folder: Path, tmp_path: Path) -> None:
    taking_part = rows_in(folder / "project_participants.csv")
    started = {row["id"]: row["start"] for row in rows_in(folder / "projects.csv")}
    projects = {row["project_id"] for row in taking_part if row["actor_id"] == "a0001"}
    early = {project_id for project_id in projects if started[project_id] < "2024"}
    former = {row["actor_id"] for row in taking_part if row["project_id"] in early} - {"a0001"}
    assert former
    asked, output = queries(tmp_path, "actor_id\na0001\n"), tmp_path / "lists.csv"
    words = ("rank", folder, "--as-of", "2024-01-01", "--actors", asked, "--limit", 10**9, "--output", output)
    assert run(*words, "--new-only").code == 0
    assert not former & {row["actor_id"] for row in rows_in(output)}
    assert run(*words).code == 0
    assert former & {row["actor_id"] for row in rows_in(output)}


def test_rank_looks_at_nothing_dated_later(run: Run, tmp_path: Path) -> None:
    facts = dated_network(60, 80, np.random.default_rng(2))
    now = exported(tmp_path / "now", facts)
    later: list[Fact] = [actor("a0000-new", founded="2024-01-01", summary="bụi mịn")]
    later += [*project("zz", "a0000", "a0001", "a0003", start="2024-01-01"), tie("a0000", "a0007", since="2024")]
    then = exported(tmp_path / "then", [*facts, *later])
    asked = queries(tmp_path, "actor_id\na0000\na0001\n")
    for each in (now, then):
        assert run("rank", each, "--as-of", "2024-01-01", "--actors", asked, "--output", each / "lists").code == 0
    assert (now / "lists").read_bytes() == (then / "lists").read_bytes()


@pytest.mark.parametrize("content", ["id\na0001\n", "", "title,summary\nx,y\n"])
@pytest.mark.parametrize("option", ["--actors", "--briefs"])
def test_rank_names_a_missing_column(run: Run, folder: Path, tmp_path: Path, option: str, content: str) -> None:
    asked = queries(tmp_path, content)
    ended = run("rank", folder, *EN, "--as-of", "2024-01-01", option, asked, "--output", tmp_path / "lists.csv")
    assert ended.code == 2
    assert "queries.csv lacks the column" in ended.said
    assert not (tmp_path / "lists.csv").exists()


def test_rank_refuses_files_it_cannot_read(run: Run, folder: Path, tmp_path: Path) -> None:
    asked, output = tmp_path / "queries.csv", tmp_path / "lists.csv"
    words = ("--as-of", "2024-01-01", "--actors", asked, "--output", output)
    assert "queries.csv cannot be read" in run("rank", folder, *EN, *words).said
    asked.write_bytes(b"\x89PNG\xff\x00")
    assert "queries.csv is no CSV file in UTF-8" in run("rank", folder, *EN, *words).said
    asked.write_text("actor_id\na0001\n", encoding="utf-8")
    (tmp_path / "nothing").mkdir()
    for wrong in (tmp_path / "missing", tmp_path / "nothing", asked):
        assert run("rank", wrong, *words).code == 2
    assert not output.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--as-of", "2024-13-01"],
        ["--as-of", "31/02/2025"],
        ["--as-of", "2024-01-01", "--limit", "0"],
        ["--as-of", "2024-01-01", "--limit", "-1"],
        ["--as-of", "2024-01-01", "--briefs", "queries.csv"],
    ],
)
def test_rank_refuses_options_that_cannot_be(run: Run, folder: Path, tmp_path: Path, words: list[str]) -> None:
    asked = queries(tmp_path, "actor_id\na0001\n")
    assert run("rank", folder, *EN, *words, "--actors", asked, "--output", tmp_path / "lists.csv").code == 2
    assert not (tmp_path / "lists.csv").exists()


def test_rank_needs_a_question(run: Run, folder: Path, tmp_path: Path) -> None:
    ended = run("rank", folder, *EN, "--as-of", "2024-01-01", "--output", tmp_path / "lists.csv")
    assert ended.code == 2
    assert ended.err.startswith("one_question: ")


def test_rank_refuses_a_place_it_cannot_write_to(run: Run, folder: Path, tmp_path: Path) -> None:
    asked = queries(tmp_path, "actor_id\na0001\n")
    for wrong in (tmp_path, tmp_path / "missing" / "lists.csv", asked / "lists.csv"):
        ended = run("rank", folder, *EN, "--as-of", "2024-01-01", "--actors", asked, "--output", wrong)
        assert ended.code == 2
        assert ended.err.startswith("output_file: ")


def test_rank_keeps_the_earlier_file_until_the_new_one_is_whole(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Iterator[tuple[str, list[Ranked]]]:
        yield "a0001", [Ranked("a0001", "a0002", 1, 1.0)]
        raise OSError(28, "No space left on device")

    asked, output = queries(tmp_path, "actor_id\na0001\n"), tmp_path / "lists.csv"
    output.write_text("earlier", encoding="utf-8")
    monkeypatch.setattr(ranking, "rank_actors", broken)
    ended = run("rank", folder, *EN, "--as-of", "2024-01-01", "--actors", asked, "--output", output)
    assert ended.code == 2
    assert "No space left on device" in ended.said
    assert output.read_text(encoding="utf-8") == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lists.csv", "queries.csv"]


def test_rank_writes_the_same_bytes_in_every_process(folder: Path, tmp_path: Path) -> None:
    asked = queries(tmp_path, "actor_id\n" + "".join(f"a{number:04}\n" for number in range(0, 150, 15)))
    for seed in ("1", "2"):
        words = ["rank", folder, "--as-of", "2024-01-01", "--actors", asked, "--output", tmp_path / f"lists-{seed}"]
        command = [sys.executable, "-c", "from service.cli import main; main()", *map(str, words)]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed}, timeout=120)
    first, second = ((tmp_path / f"lists-{seed}").read_bytes() for seed in ("1", "2"))
    assert first == second
    assert first.count(b"\n") == 201


def test_rank_leaves_bad_rows_out_and_says_so(run: Run, tmp_path: Path) -> None:
    facts = [*actors("a b c"), *project("p", "a", "b", start="2020"), *project("q", "b", "c", start="2021")]
    where = exported(tmp_path / "folder", facts)
    with (where / "project_participants.csv").open("a", encoding="utf-8") as table:
        table.write("p,nobody-at-all\n")
    asked = queries(tmp_path, "actor_id\na\n")
    ended = run("rank", where, *EN, "--as-of", "2024-01-01", "--actors", asked, "--output", tmp_path / "lists.csv")
    assert ended.code == 0
    assert "1 of 10 rows could not be read and is left out" in ended.said
    assert {row["actor_id"] for row in rows_in(tmp_path / "lists.csv")} == {"b", "c"}


def test_rank_works_on_the_demo_network(run: Run, tmp_path: Path) -> None:
    asked = queries(tmp_path, "id,title,summary\nb1,Trạm đo bụi mịn,Cần trường đại học đặt trạm\n")
    output = tmp_path / "lists.csv"
    ended = run("rank", HANOI, "--as-of", "2026-06-01", "--briefs", asked, "--limit", 4, "--output", output)
    assert ended.code == 0, ended.err
    assert len(rows_in(output)) == 4


# evaluate

PERIOD = ("--cut", "2024-01-01", "--until", "2025-01-01", "--queries", "15")


@pytest.mark.parametrize("task", ["partner", "brief"])
def test_evaluate_prints_the_table_and_its_json(run: Run, folder: Path, tmp_path: Path, task: str) -> None:
    page = tmp_path / "report.html"
    report = json_of(run("evaluate", folder, "--task", task, *EN, *PERIOD, "--json", "--report", page))
    written = page.read_text(encoding="utf-8")
    assert all(f">{method['name']}</th>" in written for method in report["methods"])
    assert f"<dd>{folder.name}</dd>" in written
    assert str(folder.parent) not in written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html"]
    assert report["task"] == task
    assert report["n_questions"] == 15
    table = run("evaluate", folder, "--task", task, *EN, *PERIOD).said
    for method in report["methods"]:
        assert f" {method['name']} " in table
        if method["name"] != "BPR":  # learned by several threads at once, never twice the same
            assert f"{method['ndcg']:.4f}" in table
    assert report["model_version"] in table
    assert "of our nDCG@20" in table


def test_evaluate_refuses_periods_without_questions(run: Run, folder: Path) -> None:
    for cut, until, code in (
        ("2025-01-01", "2024-01-01", "period_empty"),
        ("2030-01-01", "2031-01-01", "nothing_to_measure"),
        ("2001-01-01", "2002-01-01", "nothing_to_measure"),
    ):
        ended = run("evaluate", folder, "--task", "partner", "--cut", cut, "--until", until)
        assert ended.code == 2
        assert ended.err.lstrip().startswith(f"{code}: ")


def test_evaluate_refuses_a_place_it_cannot_write_its_page_to(run: Run, folder: Path, tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "missing" / "report.html"):
        ended = run("evaluate", folder, "--task", "brief", *PERIOD, "--report", wrong)
        assert ended.code == 2
        assert ended.err.startswith("output_file: ")


def test_evaluate_refuses_what_it_does_not_know(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("evaluate", folder, "--task", "magic", *PERIOD).code == 2
    assert run("evaluate", folder, *PERIOD).code == 2
    assert run("evaluate", tmp_path / "missing", "--task", "brief", *PERIOD).code == 2


def test_evaluate_says_which_library_it_lacks(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        name for name in sys.modules if name.split(".")[0] == "implicit" or name == "matching.evaluation.baselines"
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "matching.evaluation.evaluate", raising=False)
    monkeypatch.setitem(sys.modules, "implicit", None)
    ended = run("evaluate", folder, "--task", "partner", *PERIOD)
    assert ended.code == 2
    assert ended.err.startswith("evaluation_missing: ")
    assert "implicit" in ended.err


def test_the_other_commands_start_without_the_library_of_baselines() -> None:
    check = "import sys, service.cli.partners, service.cli.evaluation; sys.exit('implicit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False, timeout=120).returncode == 0


def test_loading_does_not_wait_for_the_libraries_of_matching(tmp_path: Path) -> None:
    check = (
        f"import sys; sys.argv = ['ketnoi', 'load', {str(tmp_path)!r}, '--dry-run']\n"
        "from service.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'sklearn', 'numba', 'xgboost', 'fastapi'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", check], check=False, timeout=120, capture_output=True, text=True)
    assert ended.stdout.splitlines()[-1] == "[]"
