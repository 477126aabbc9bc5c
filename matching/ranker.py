"""From a feature table to scores whose terms can be told apart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from graph.errors import ModelError
from matching.features import FEATURE_NAMES
from matching.text import FloatArray

Task = Literal["partner", "brief"]
"""What is ranked: partners of an actor with a history, or actors for a need in words."""

_FORMAT = 1
DoubleArray = npt.NDArray[np.float64]


class Ranker(Protocol):
    """Scores candidates; a score is the sum of its contributions."""

    @property
    def version(self) -> str:
        """Name of the model and of what it learned from, as answers carry it."""

    def contributions(self, table: FloatArray) -> DoubleArray:
        """What each feature adds to each score, shape (n_candidates, n_features); rows add up to the scores."""

    def probability(self, scores: DoubleArray) -> DoubleArray | None:
        """Probability that each score's pair will work together within the horizon, None where none was learned."""


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
    """

    name: str
    weights: DoubleArray
    card: Mapping[str, Any] = field(default_factory=dict)
    intercept: float | None = None

    @property
    def version(self) -> str:
        """Name, and the first digits of the digest of the network learned from."""
        digest = str(self.card.get("snapshot_digest", ""))
        return f"{self.name}+{digest[:8]}" if digest else self.name

    def contributions(self, table: FloatArray) -> DoubleArray:
        """Weight times value, float64, shape (n_candidates, n_features).

        Raises
        ------
        ModelError
            The table has another number of features.
        """
        if table.shape[1] != len(self.weights):
            raise ModelError(
                "model_features",
                f"The ranker {self.name} knows {len(self.weights)} features, the table has {table.shape[1]}.",
            )
        return table.astype(np.float64) * self.weights

    def probability(self, scores: DoubleArray) -> DoubleArray | None:
        """Probability of each score's pair to work together within the horizon, None where nothing was learned."""
        return None if self.intercept is None else expit(scores + self.intercept)

    def to_json(self) -> str:
        """The ranker as a JSON document that :func:`from_json` reads back."""
        document = {
            "format": _FORMAT,
            "type": "linear",
            "name": self.name,
            "weights": dict(zip(FEATURE_NAMES, self.weights.tolist(), strict=True)),
            "intercept": self.intercept,
            "card": dict(self.card),
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def from_json(text: str, feature_names: Sequence[str] = FEATURE_NAMES) -> LinearRanker:
    """The ranker in a JSON document.

    Raises
    ------
    ModelError
        The document is no ranker, of another format, or made for another list of features.
    """
    try:
        document = json.loads(text)
        weights: dict[str, float] = document["weights"]
        if document["format"] != _FORMAT or document["type"] != "linear":
            raise ModelError(
                "model_format",
                "The model file was written by another version of Ketnoi. Train it anew.",
                format=_FORMAT,
            )
        if list(weights) != list(feature_names):
            changed = sorted(set(weights).symmetric_difference(feature_names)) or ["their order"]
            raise ModelError(
                "model_features",
                f"The model was made for other features ({', '.join(changed)}). Train it anew.",
                changed=changed,
            )
        values = np.array(list(weights.values()), np.float64)
        intercept = None if document["intercept"] is None else float(document["intercept"])
        if not np.isfinite([*values, intercept or 0.0]).all():
            raise ValueError("a weight is no number")
        return LinearRanker(document["name"], values, document["card"], intercept)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("model_unreadable", "The file is no Ketnoi model.") from error


def load_ranker(path: Path) -> LinearRanker:
    """The ranker in a file; raises :class:`~graph.errors.ModelError` as :func:`from_json` does."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError("model_unreadable", f"The model file {path.name} cannot be read.") from error


def day_one_rankers() -> dict[Task, Ranker]:
    """The rankers that ship with Ketnoi, for a network without enough history to learn from."""
    folder = files("matching").joinpath("models")
    return {
        task: from_json(folder.joinpath(f"{task}.json").read_text(encoding="utf-8")) for task in ("partner", "brief")
    }
