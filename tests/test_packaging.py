"""What is built, and that it runs where its source is not."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("graph", "ingest", "matching", "service")

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_no_foreign_distribution_owns_our_import_names() -> None:
    owners = packages_distributions()
    assert owners["numpy"] == ["numpy"], "the environment can be read"
    for name in PACKAGES:
        assert set(owners.get(name, ())) <= {"ketnoi"}
        assert Path(str(import_module(name).__file__)).is_relative_to(ROOT)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.iterdir()
    return built


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"graph/kinds.toml", "graph/fields.toml", "graph/locales/vi.json"} <= ours
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("/licenses/LICENSE")]
    assert packed == ours
    assert licences


@pytest.fixture(scope="module")
def run(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command of the installed wheel in a foreign folder, with nothing of this tree in sight."""
    folder, home = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("elsewhere")
    install = ["install", "--quiet", "--no-deps", "--no-index", "--target", str(folder), str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True, capture_output=True, timeout=120)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KETNOI_")}
    environment |= {"PYTHONPATH": str(folder), "HOME": str(home), "KETNOI_STORE": str(home / "network.db")}

    def run_command(*command: str) -> subprocess.CompletedProcess[str]:
        found = [str(folder / "bin" / "ketnoi"), *command[1:]] if command[0] == "ketnoi" else list(command)
        return subprocess.run(
            found, cwd=home, env=environment, check=False, capture_output=True, text=True, timeout=120
        )

    return run_command


def test_the_installed_packages_are_the_ones_that_run(run: Run) -> None:
    files = run(sys.executable, "-c", f"import {', '.join(PACKAGES)}; print(graph.__file__, service.__file__)")
    assert files.returncode == 0, files.stderr
    assert str(ROOT) not in files.stdout


@pytest.mark.parametrize("command", [("ketnoi",), (sys.executable, "-m", "service.cli")])
def test_help_is_given_from_a_foreign_folder(run: Run, command: tuple[str, ...]) -> None:
    helped = run(*command, "--help")
    assert helped.returncode == 0, helped.stderr
    assert "load" in helped.stdout
    assert "match" in helped.stdout


def test_the_demo_network_is_loaded_and_asked_from_a_foreign_folder(run: Run) -> None:
    loaded = run("ketnoi", "load", str(ROOT / "data" / "hanoi"))
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    matched = run("ketnoi", "match", "--brief", "cảm biến đo bụi mịn", "--limit", "3", "--json")
    assert matched.returncode == 0, matched.stderr
    assert len(json.loads(matched.stdout)["suggestions"]) == 3
