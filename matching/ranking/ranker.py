"""From a feature table to scores whose terms can be told apart: by weights, or by weights and trees."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from scipy.special import expit

from graph.errors import ModelError
from matching.arrays import DoubleArray, FloatArray
from matching.features import FEATURE_NAMES
from matching.kernels.compiled import compiled
from matching.ranking.trees import Trees

Task = Literal["partner", "brief"]
"""What is ranked: partners of an actor with a history, or actors for a need in words."""
TASKS: tuple[Task, ...] = ("partner", "brief")

_FORMAT = 1


class Ranker(Protocol):
    """Scores candidates; a score is the sum of its contributions."""

    @property
    def version(self) -> str:
        """Name of the model and of what it learned from, as answers carry it."""

    def scores(self, table: FloatArray) -> DoubleArray:
        """Score of each candidate, shape (n_candidates,)."""

    def contributions(self, table: FloatArray) -> DoubleArray:
        """What each feature adds to each score, shape (n_candidates, n_features); rows add up to the scores."""

    def probability(self, scores: DoubleArray) -> DoubleArray | None:
        """Probability that each score's pair will work together within the horizon, None where none was learned."""

    def to_json(self) -> str:
        """The ranker as a JSON document that :func:`from_json` reads back."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The log odds that a score stands for: slope times score plus intercept (Platt 1999)."""

    slope: float
    intercept: float

    def probability(self, scores: DoubleArray) -> DoubleArray:
        """Probability of each score, 0 to 1."""
        return expit(self.slope * scores + self.intercept)


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """A weight for each feature: the contribution is weight times value.

    Attributes
    ----------
    weights
        float64, shape (n_features,), in the order of :data:`matching.features.FEATURES`.
    card
        Where the weights come from, for people and for :attr:`version`: task, method, protocol, digest of the training
        snapshot, figures.
    calibration
        What a score means as a probability; None where nothing was learned.
    """

    name: str
    weights: DoubleArray
    card: Mapping[str, Any] = field(default_factory=dict)
    calibration: Calibration | None = None

    @property
    def version(self) -> str:
        """Name, and the first digits of the digest of the network learned from."""
        return _version(self.name, self.card)

    def scores(self, table: FloatArray) -> DoubleArray:
        """Sum of weight times value, float64, shape (n_candidates,)."""
        return _weighted_sums(_checked(table, self.name), self.weights)

    def contributions(self, table: FloatArray) -> DoubleArray:
        """Weight times value, float64, shape (n_candidates, n_features).

        Raises
        ------
        ModelError
            The table has another number of features.
        """
        return _checked(table, self.name) * self.weights

    def probability(self, scores: DoubleArray) -> DoubleArray | None:
        """Probability of each score's pair to work together within the horizon, None where nothing was learned."""
        return self.calibration.probability(scores) if self.calibration else None

    def to_json(self) -> str:
        """The ranker as a JSON document that :func:`from_json` reads back."""
        return _document("linear", self.name, self.weights, self.card, self.calibration)


@compiled
def _weighted_sums(table: DoubleArray, weights: DoubleArray) -> DoubleArray:
    """Each row by itself, so that a score does not depend on its neighbours."""
    sums = np.zeros(len(table), np.float64)
    for row in range(len(table)):
        for column in range(table.shape[1]):
            sums[row] += table[row, column] * weights[column]
    return sums


class BlendedRanker:
    """Weights and boosted trees together: what a feature contributes is its weighted value and its path attribution.

    See :meth:`matching.ranking.trees.Trees.attributions`. Shapley values deal the same total out more evenly among features
    that tell the same story, and take many times as long; here such features are told as one reason.

    Parameters
    ----------
    linear
        The linear part, whose weights already hold its share; its card and calibration are those of the whole.
    booster
        The trees, as the JSON document that xgboost writes.
    trees_share
        What the output of the trees is multiplied by.

    Raises
    ------
    ValueError, KeyError, TypeError
        The document is no booster for as many features as there are weights.
    """

    def __init__(self, linear: LinearRanker, booster: Mapping[str, Any], trees_share: float) -> None:
        self._linear = linear
        self._booster = booster
        self._share = trees_share
        self._trees = Trees(booster, len(linear.weights))

    @property
    def version(self) -> str:
        """Name, and the first digits of the digest of the network learned from."""
        return self._linear.version

    @property
    def card(self) -> Mapping[str, Any]:
        """Where the model comes from."""
        return self._linear.card

    def calibrated(self, calibration: Calibration | None) -> "BlendedRanker":
        """The same ranker with what its scores mean as a probability."""
        return BlendedRanker(replace(self._linear, calibration=calibration), self._booster, self._share)

    def scores(self, table: FloatArray) -> DoubleArray:
        """Weighted values plus trees, less what the trees say on average; float64, shape (n_candidates,)."""
        return self._linear.scores(table) + self._share * (self._trees.outputs(table) - self._trees.mean)

    def contributions(self, table: FloatArray) -> DoubleArray:
        """Weighted value plus path attribution, float64, (n_candidates, n_features)."""
        return self._linear.contributions(table) + self._share * self._trees.attributions(table)

    def probability(self, scores: DoubleArray) -> DoubleArray | None:
        """Probability of each score's pair to work together within the horizon, None where nothing was learned."""
        return self._linear.probability(scores)

    def to_json(self) -> str:
        """The ranker as a JSON document that :func:`from_json` reads back."""
        linear = self._linear
        trees = {"share": self._share, "booster": self._booster}
        return _document("blended", linear.name, linear.weights, linear.card, linear.calibration, trees)


def from_json(text: str, feature_names: Sequence[str] = FEATURE_NAMES) -> LinearRanker | BlendedRanker:
    """The ranker in a JSON document.

    Raises
    ------
    ModelError
        The document is no ranker, of another format, or made for another list of features.
    """
    try:
        document = json.loads(text)
        if document["format"] != _FORMAT or document["type"] not in {"linear", "blended"}:
            raise ModelError(
                "model_format",
                "The model file was written by another version of Ketnoi. Train it anew.",
                format=_FORMAT,
            )
        weights: dict[str, float] = document["weights"]
        if list(weights) != list(feature_names):
            changed = sorted(set(weights).symmetric_difference(feature_names)) or ["their order"]
            raise ModelError(
                "model_features",
                f"The model was made for other features ({', '.join(changed)}). Train it anew.",
                changed=changed,
            )
        values = np.array(list(weights.values()), np.float64)
        stated = document["calibration"]
        calibration = Calibration(float(stated["slope"]), float(stated["intercept"])) if stated else None
        if not np.isfinite(values).all():
            raise ValueError("a weight is no number")
        linear = LinearRanker(document["name"], values, document["card"], calibration)
        if document["type"] == "linear":
            return linear
        return BlendedRanker(linear, document["trees"]["booster"], float(document["trees"]["share"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("model_unreadable", "The file is no Ketnoi model.") from error


def load_ranker(path: Path) -> Ranker:
    """The ranker in a file.

    Raises
    ------
    ModelError
        The file cannot be read, or is none that :func:`from_json` takes. The message names the file and nothing else
        of the machine or of what is in it.
    """
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refusal(path, "model_unreadable", "cannot be read") from error
    except UnicodeDecodeError as error:
        raise _refusal(path, "model_unreadable", _FAULTS["model_unreadable"]) from error
    except ModelError as error:
        raise _refusal(path, error.code, _FAULTS[error.code]) from error


_FAULTS: Mapping[str, str] = {
    "model_unreadable": "is no Ketnoi model",
    "model_format": "was written by another version of Ketnoi",
    "model_features": "was made for other features",
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


def rankers_in(folder: Path | None) -> dict[Task, Ranker]:
    """The rankers of a network: those that ship with Ketnoi, each replaced by the network's own where there is one.

    Parameters
    ----------
    folder
        Where the network's own lie, as ``partner.json`` and ``brief.json``; it need not exist.

    Raises
    ------
    ModelError
        One of the two files is there but cannot be used, as :func:`load_ranker` says.
    """
    rankers = day_one_rankers()
    for task in TASKS:
        if folder is not None and _is_there(model_file(folder, task)):
            rankers[task] = load_ranker(model_file(folder, task))
    return rankers


def _is_there(path: Path) -> bool:
    """Whether a file is there, or something is that stands in the way of telling."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _version(name: str, card: Mapping[str, Any]) -> str:
    digest = str(card.get("snapshot_digest", ""))
    return f"{name}+{digest[:8]}" if digest else name


def _checked(table: FloatArray, name: str) -> DoubleArray:
    if table.shape[1] != len(FEATURE_NAMES):
        raise ModelError(
            "model_features", f"The ranker {name} knows {len(FEATURE_NAMES)} features, the table has {table.shape[1]}."
        )
    return table.astype(np.float64, order="C")  # a row alone adds up to the last digit as among others


def _document(
    model_type: str,
    name: str,
    weights: DoubleArray,
    card: Mapping[str, Any],
    calibration: Calibration | None,
    trees: Mapping[str, Any] | None = None,
) -> str:
    document = {
        "format": _FORMAT,
        "type": model_type,
        "name": name,
        "weights": dict(zip(FEATURE_NAMES, weights.tolist(), strict=True)),
        "calibration": asdict(calibration) if calibration else None,
        "card": dict(card),
    }
    if trees:
        document["trees"] = trees
    return json.dumps(document, ensure_ascii=False, indent=None if trees else 2) + "\n"
