"""Rankers as files: the ones that ship with Ketnoi, and a network's own."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from graph.errors import ModelError
from matching.features.feature import FeatureTable
from matching.features.standard import STANDARD
from matching.ranking.ranker import TASKS, BlendedRanker, Calibration, LinearRanker, Ranker, Task, columns_for

_FORMAT = 2


def to_json(ranker: Ranker) -> str:
    """The ranker as a JSON document that :func:`from_json` reads back."""
    document = {"format": _FORMAT, **ranker.document()}
    return json.dumps(document, ensure_ascii=False, indent=None if "trees" in document else 2) + "\n"


def from_json(text: str) -> LinearRanker | BlendedRanker:
    """The ranker in a JSON document, for the features that the document names.

    Raises
    ------
    ModelError
        The document is not a ranker, or of another format.
    """
    try:
        document = json.loads(text)
        if document["format"] != _FORMAT or document["type"] not in {"linear", "blended"}:
            raise ModelError(
                "model_format",
                "The model file was written by another version of Ketnoi. Train it anew.",
                format=_FORMAT,
            )
        linear = _linear(document)
        if document["type"] == "linear":
            return linear
        return BlendedRanker(linear, document["trees"]["booster"], float(document["trees"]["share"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("model_unreadable", "The file is not a Ketnoi model.") from error


def _linear(document: Mapping[str, Any]) -> LinearRanker:
    weights: dict[str, float] = document["weights"]
    values = np.array(list(weights.values()), np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError("a weight is not a number")
    stated = document["calibration"]
    calibration = Calibration(float(stated["slope"]), float(stated["intercept"])) if stated else None
    return LinearRanker(document["name"], tuple(map(str, weights)), values, document["card"], calibration)


def load_ranker(path: Path, features: FeatureTable = STANDARD) -> Ranker:
    """The ranker in a file, for a network that has these features and perhaps more.

    Raises
    ------
    ModelError
        The file cannot be read, :func:`from_json` refuses it, or the ranker needs a feature that is missing. The
        message names the file and nothing else of the machine or of the contents.
    """
    try:
        ranker = from_json(path.read_text(encoding="utf-8"))
        columns_for(ranker.features, features, path.name)
    except OSError as error:
        raise _refusal(path, "model_unreadable", "cannot be read") from error
    except UnicodeDecodeError as error:
        raise _refusal(path, "model_unreadable", _FAULTS["model_unreadable"]) from error
    except ModelError as error:
        raise _refusal(path, error.code, _FAULTS[error.code]) from error
    return ranker


_FAULTS: Mapping[str, str] = {
    "model_unreadable": "is not a Ketnoi model",
    "model_format": "was written by another version of Ketnoi",
    "model_features": "needs features that the network does not have",
}


def _refusal(path: Path, code: str, fault: str) -> ModelError:
    return ModelError(code, f"The model file {path.name} {fault}. Train anew with `ketnoi train`.", file=path.name)


def day_one_rankers() -> dict[Task, Ranker]:
    """The rankers that ship with Ketnoi, for a network without enough history to learn from."""
    folder = files("matching.ranking").joinpath("models")
    return {task: from_json(folder.joinpath(f"{task}.json").read_text(encoding="utf-8")) for task in TASKS}


def model_file(folder: Path, task: Task) -> Path:
    """Where a network's own ranker for a task lies in its folder of models."""
    return folder / f"{task}.json"


def rankers_in(folder: Path | None, features: FeatureTable = STANDARD) -> dict[Task, Ranker]:
    """The rankers of a network: the ones that ship with Ketnoi, each replaced by the network's own if it has one.

    Parameters
    ----------
    folder
        Where the network's own lie, as ``partner.json`` and ``brief.json``; it need not exist.
    features
        The features that the network has.

    Raises
    ------
    ModelError
        One of the two files is there but cannot be used; see :func:`load_ranker`.
    """
    rankers = day_one_rankers()
    for task in TASKS:
        if folder is not None and _is_there(model_file(folder, task)):
            rankers[task] = load_ranker(model_file(folder, task), features)
    return rankers


def _is_there(path: Path) -> bool:
    """Whether a file is there, or cannot be looked at: then opening it says why."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
