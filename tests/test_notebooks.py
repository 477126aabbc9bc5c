"""Every notebook runs from its first cell to its last, as a reader would run it."""

from pathlib import Path
from typing import Any

import jupytext
import pytest
from nbclient import NotebookClient

from graph.opening import open_store
from ingest.load import load_folder

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.fixture(params=["a store", "the demo"])
def network(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the notebook finds: a store that was set up for it, or none."""
    if request.param == "the demo":
        monkeypatch.delenv("KETNOI_STORE", raising=False)
    else:
        uri = str(tmp_path / "network.db")
        with open_store(uri) as store:
            load_folder(store, ROOT / "data" / "hanoi")
        monkeypatch.setenv("KETNOI_STORE", uri)
    return str(request.param)


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS][:1] == ["01_first_look"]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_something(path: Path) -> None:
    notebook = jupytext.read(path)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": path.parent}})
    client.execute()
    outputs: list[Any] = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    shown = [kind for output in outputs for kind in output.get("data", ())]
    assert shown.count("image/png") >= 3
    assert shown.count("text/html") >= 3
