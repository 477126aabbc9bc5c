"""``ketnoi serve`` and ``ketnoi doctor`` as people run them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from graph.errors import KetnoiError
from graph.sqlite_store import SqliteStore
from graph.wording import load_catalogue
from service import diagnosis
from service.cli import main
from service.cli.serving import listen
from service.settings import Settings
from tests.service.doubles import PATIENCE_SECONDS, wait_until
from tests.worlds import hanoi_network, load_world

KETNOI = (sys.executable, "-c", "from service.cli import main; main()")
ROOT = Path(__file__).parents[2]


def environment(folder: Path) -> dict[str, str]:
    """The environment of a user with the project installed and nothing set."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("KETNOI_")}
    return own | {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(folder), "PYTHONWARNINGS": "error"}


Run = Callable[..., int]


@pytest.fixture
def ketnoi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in this process with nothing set but the settings given; gives back its exit code."""

    def run(*arguments: str, **settings: str) -> int:
        for name in [name for name in os.environ if name.startswith("KETNOI_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
        monkeypatch.setenv("COLUMNS", "200")  # a long path stays on one line
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["ketnoi", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return end.value.code

    return run


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Where a server listens, and its process."""
    with subprocess.Popen(
        [*KETNOI, "serve", *arguments],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address is not None
        try:
            yield address[0], process
        finally:
            process.send_signal(signal.SIGINT)


def test_serve_serves_until_it_is_interrupted(tmp_path: Path, hanoi_file: Path) -> None:
    with served(tmp_path, "--store", str(hanoi_file), "--port", "0") as (address, process):
        wait_until(lambda: httpx2.get(f"{address}/v1/ready").is_success)
        answer = httpx2.get(f"{address}/v1/actors/a%2Fb")
        assert (answer.status_code, answer.json()["detail"].count("a/b")) == (404, 1)
        assert "text/html" in httpx2.get(f"{address}/vi/").headers["content-type"]
        process.send_signal(signal.SIGINT)
        _, log = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in log
    assert "GET /v1/actors/{actor_id:segment} 404" in log
    assert "287 actors" in log


def test_a_port_in_use_is_said_in_a_sentence(ketnoi: Run, hanoi_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert ketnoi("serve", "--store", str(hanoi_file), "--port", port) == 2
    said = capsys.readouterr().err
    assert f"Port {port} of 127.0.0.1 is in use" in said
    assert "--port" in said


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(KetnoiError, match=r"Cannot listen on 192\.0\.2\.1") as failure:
        listen("192.0.2.1", 0)
    assert failure.value.code == "cannot_listen"


@pytest.mark.parametrize(
    ("setting", "value"), [("KETNOI_PORT", "http"), ("KETNOI_WRITE_TOKEN", "short"), ("KETNOI_POLL_SECONDS", "-1")]
)
def test_a_wrong_setting_is_named_and_not_repeated(
    ketnoi: Run, capsys: pytest.CaptureFixture[str], setting: str, value: str
) -> None:
    assert ketnoi("doctor", **{setting: value}) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{setting}: ")
    assert f"'{value}'" not in said


def test_doctor_finds_a_sound_installation_well(
    ketnoi: Run, hanoi_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ketnoi("doctor", "--store", str(hanoi_file), "--json", "--language", "en") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"]
    checks = {check["name"]: check for check in report["checks"]}
    assert {"python", "packages", "kinds", "model", "writing", "store_file", "store", "network"} == checks.keys()
    assert "287 actors" in checks["store"]["message"]


def test_doctor_creates_no_store(ketnoi: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ketnoi("doctor", "--store", str(tmp_path / "new" / "network.db")) == 0
    assert "ketnoi load" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("bolt://127.0.0.1:1", "KETNOI_NEO4J_PASSWORD"),
        ("http://127.0.0.1", "no store"),
        ("wrong.db", "wrong.db"),
    ],
)
def test_doctor_says_what_is_wrong_with_a_store(
    ketnoi: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], store: str, said: str
) -> None:
    (tmp_path / "wrong.db").write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    assert ketnoi("doctor", "--store", store) == 1
    assert said in capsys.readouterr().out


def checks_of(store: Path) -> dict[str, diagnosis.Check]:
    words = load_catalogue("en", "command")
    return {check.name: check for check in diagnosis.diagnose(Settings(_env_file=None), words, str(store))}


def test_doctor_speaks_both_languages(ketnoi: Run, hanoi_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for language, heading in (("vi", "kho dữ liệu: "), ("en", "store: ")):
        assert ketnoi("doctor", "--store", str(hanoi_file), "--language", language) == 0
        assert heading in capsys.readouterr().out


def test_doctor_asks_to_load_an_empty_store(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "network.db"):
        pass
    checks = checks_of(tmp_path / "network.db")
    assert (checks["store"].state, checks["store"].hint) == ("warning", "Load a network: ketnoi load DIR")
    assert "network" not in checks


def test_doctor_finds_foreign_owners_of_our_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(diagnosis, "packages_distributions", lambda: {"graph": ["graph-tools"], "service": ["ketnoi"]})
    checks = checks_of(tmp_path / "no.db")
    assert checks["packages"].state == "failure"
    assert "graph (graph-tools)" in checks["packages"].message


def test_the_default_store_is_served(tmp_path: Path) -> None:
    path = tmp_path / "ketnoi" / "network.db"
    with SqliteStore(path) as store:
        load_world(store, hanoi_network())
    with served(tmp_path, "--port", "0") as (address, _):
        wait_until(lambda: httpx2.get(f"{address}/v1/ready").is_success)
        assert httpx2.get(f"{address}/v1/actors").json()["total"] == 287


def test_models_lie_beside_the_store_unless_another_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KETNOI_MODELS")
    settings = Settings(_env_file=None)
    assert settings.models == Path(settings.store).parent / "models"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KETNOI_MODELS", "~/own")
    assert Settings(_env_file=None).models == tmp_path / "own"
