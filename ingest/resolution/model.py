"""The probability that two records are of one actor: a Fellegi-Sunter model, run by splink on DuckDB.

What is compared is written here, how much each outcome weighs in ``model.json``: the settings of splink, with a card
that says how they came about. Nothing is learnt from the records that are linked.

References
----------
I. P. Fellegi, A. B. Sunter: A theory for record linkage. Journal of the American Statistical Association 64 (1969).
R. Linacre, S. Lindsay, T. Manassis, Z. Slade, T. Hepworth: Splink, free software for probabilistic record linkage at
scale. International Journal of Population Data Science 7(3) (2022).
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graph.errors import ModelError
from graph.folding import fold
from ingest.resolution.blocking import PairIndices
from ingest.resolution.lexicon import shortened
from ingest.resolution.profiles import Profile, direct_key
from ingest.resolution.spelling import is_odd

MODEL_FILE = "model.json"
_MEMORY_LIMIT = "2GB"
_MIN_TOKENS, _MIN_LETTERS = 3, 2
_MANY_LETTERS = 8
"""A word of so many letters is not another with one letter changed, whether it is in the lexicon or not."""
_CLOSE, _NEAR = 0.95, 0.88
_TEXTS = "least(text_l, text_r), greatest(text_l, text_r)"
_INITIALS = "list_has_any(acronyms_l, initials_r) OR list_has_any(initials_l, acronyms_r)"

Level = tuple[str, str]
"""A condition in SQL and what it is called; the first that holds is the outcome."""

COMPARISONS: Mapping[str, tuple[Level, ...]] = {
    "name": (
        ("own_key_l = own_key_r AND NOT is_generic_l", "own names alike"),
        ("list_has_any(names_l, names_r)", "a name of each alike"),
        ("list_has_any(written_out_l, written_out_r)", "alike with its place or what it belongs to"),
        ("list_has_any(vi_l, en_r) OR list_has_any(en_l, vi_r)", "alike in translation"),
        ("list_has_any(letters_l, ruins_r) OR list_has_any(ruins_l, letters_r)", "alike but for lost characters"),
        ("list_has_any(generic_l, generic_r)", "alike, as many are called"),
        ("list_has_any(odd_l, even_r) OR list_has_any(even_l, odd_r)", "own names alike but for a slip of the hand"),
        (f"jaro_winkler_similarity({_TEXTS}) >= {_CLOSE}", "own names close"),
        (f"jaro_winkler_similarity({_TEXTS}) >= {_NEAR}", "own names near"),
        (
            f"list_has_any(acronyms_l, acronyms_r) OR {_INITIALS}",
            "an acronym of the other",
        ),
    ),
    "domain": (("domain_l = domain_r", "one domain"),),
    "identifier": (("list_has_any(identifiers_l, identifiers_r)", "one identifier"),),
    "place": (("list_has_any(places_l, places_r)", "one place"),),
    "belongs": (("list_has_any(belongs_l, belongs_r)", "belong to the same"),),
    "founded": (("year_l = year_r", "same year"), ("abs(year_l - year_r) <= 1", "a year apart")),
}
"""What is compared, and its outcomes from the best down; what is left is "different"."""
_NULLS = {
    "name": "own_key_l IS NULL OR own_key_r IS NULL",
    "domain": "domain_l IS NULL OR domain_r IS NULL",
    "identifier": "NOT list_has_any(identifiers_l, identifiers_r)",
    "place": "len(places_l) = 0 OR len(places_r) = 0",
    "belongs": "len(belongs_l) = 0 OR len(belongs_r) = 0",
    "founded": "year_l IS NULL OR year_r IS NULL",
}
_COLUMNS = pa.schema(
    [("unique_id", pa.int64())]
    + [(name, pa.string()) for name in ("own_key", "text", "domain")]
    + [(name, pa.list_(pa.string())) for name in ("names", "written_out", "generic", "vi", "en", "letters", "ruins")]
    + [(name, pa.list_(pa.string())) for name in ("acronyms", "initials")]
    + [(name, pa.list_(pa.int64())) for name in ("odd", "even")]
    + [(name, pa.list_(pa.string())) for name in ("identifiers", "places", "belongs")]
    + [("is_generic", pa.bool_()), ("year", pa.int32())]
)


def probabilities(
    profiles: Sequence[Profile], pairs: PairIndices, settings: Mapping[str, Any] | None = None
) -> npt.NDArray[np.float64]:
    """Probability of each pair that both records are of one actor, shape (n,), with the model that ships by default."""
    scored = _predict(profiles, pairs, dict(settings or shipped_settings()))
    return np.asarray(_in_order(scored, pairs, ["match_probability"])[:, 0])


def outcomes(profiles: Sequence[Profile], pairs: PairIndices) -> npt.NDArray[np.int64]:
    """Outcome of each comparison for each pair, shape (n, comparisons).

    -1: not comparable, 0: different; the best outcome has the highest number.
    """
    level_counts = {name: len(levels) for name, levels in COMPARISONS.items()}
    even = {name: [1 / (n + 1)] * (n + 1) for name, n in level_counts.items()}
    kept = {"retain_matching_columns": True, "retain_intermediate_calculation_columns": True}
    scored = _predict(profiles, pairs, settings_of(even, even, 0.5) | kept)
    return _in_order(scored, pairs, [f"gamma_{name}" for name in COMPARISONS]).astype(np.int64)


def settings_of(m: Mapping[str, Sequence[float]], u: Mapping[str, Sequence[float]], prior: float) -> dict[str, Any]:
    """Settings of splink from the probabilities of every outcome, the worst first, and of a match.

    Parameters
    ----------
    m, u
        By comparison: the probability of each outcome among pairs of one actor, and among pairs of two.
    prior
        The share of candidate pairs that are of one actor.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": prior,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": "1=1", "sql_dialect": "duckdb"}],
        "linker_uid": "ketnoi",
        "sql_dialect": "duckdb",
        "comparisons": [_comparison(name, m[name], u[name]) for name in COMPARISONS],
    }


def _comparison(name: str, m: Sequence[float], u: Sequence[float]) -> dict[str, Any]:
    labels = [*COMPARISONS[name], ("ELSE", "different")]
    levels: list[dict[str, Any]] = [
        {"sql_condition": _NULLS[name], "label_for_charts": "not comparable", "is_null_level": True}
    ]
    for (condition, label), m_level, u_level in zip(labels, reversed(m), reversed(u), strict=True):
        levels.append(
            {
                "sql_condition": condition,
                "label_for_charts": label,
                "m_probability": m_level,
                "u_probability": u_level,
            }
        )
    return {"output_column_name": name, "comparison_description": name, "comparison_levels": levels}


def digest_of(settings: Mapping[str, Any]) -> str:
    """Digest of settings, 32 hexadecimal digits; the card of the model that ships repeats it."""
    text = json.dumps(settings, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def shipped_model() -> Mapping[str, Any]:
    """The model that ships: ``settings`` and ``card``.

    Raises
    ------
    ModelError
        The settings are not those that the card describes, or compare what this version does not.
    """
    model: Mapping[str, Any] = json.loads(files("ingest.resolution").joinpath(MODEL_FILE).read_text(encoding="utf-8"))
    compared = tuple(comparison["output_column_name"] for comparison in model["settings"]["comparisons"])
    if digest_of(model["settings"]) != model["card"]["digest"] or compared != tuple(COMPARISONS):
        raise ModelError("linkage_model_changed", f"{MODEL_FILE} is not the model that its card describes.")
    return model


def shipped_settings() -> Mapping[str, Any]:
    """Settings of splink that ship with Ketnoi."""
    settings: Mapping[str, Any] = shipped_model()["settings"]
    return settings


def _predict(profiles: Sequence[Profile], pairs: PairIndices, settings: dict[str, Any]) -> pa.Table:
    from splink import DuckDBAPI, Linker, SettingsCreator  # noqa: PLC0415 - it takes seconds to import

    with tempfile.TemporaryDirectory(prefix="ketnoi-") as folder, duckdb.connect(":memory:") as connection:
        connection.execute(f"SET threads = {os.cpu_count() or 1}")
        connection.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
        connection.execute("SET temp_directory = $folder", {"folder": folder})
        interface = DuckDBAPI(connection)
        linker = Linker(
            interface.register(columns_of(profiles)),
            SettingsCreator.from_path_or_dict(settings),
            None,
            validate_settings=False,
        )
        blocked = pa.table({"match_key": ["0"] * len(pairs), "join_key_l": pairs[:, 0], "join_key_r": pairs[:, 1]})
        linker.table_management.register_blocked_pairs_for_predict(interface.register(blocked))
        scored: pa.Table = linker.inference.predict(warning_mode="never").as_pyarrow_table()  # type: ignore[no-untyped-call]
        return scored


def _in_order(scored: pa.Table, pairs: PairIndices, columns: Sequence[str]) -> npt.NDArray[np.float64]:
    """The columns of scored pairs in the order of the pairs, which is that of their rows."""
    left, right = (scored.column(f"unique_id_{side}").to_numpy() for side in "lr")
    order = np.lexsort((right, left))
    if not np.array_equal(np.stack([left[order], right[order]], axis=1), pairs):
        raise AssertionError("every candidate pair is scored once")
    return np.stack([scored.column(name).to_numpy()[order] for name in columns], axis=1).astype(np.float64)


def columns_of(profiles: Sequence[Profile]) -> pa.Table:
    """The table that splink compares, a row for every profile; ``unique_id`` is its number."""
    rows = [{"unique_id": index, **_row(profile)} for index, profile in enumerate(profiles)]
    return pa.Table.from_pylist(rows, schema=_COLUMNS)


def _row(profile: Profile) -> dict[str, Any]:
    own = profile.own
    generic = {direct_key(key.tokens) for key in profile.full if key.is_generic}
    names = {direct_key(key.tokens) for key in profile.full}
    written_out = {direct_key(tokens) for key in profile.full for tokens in profile.written_out(key)}
    return {
        "own_key": direct_key(own.tokens) if own else None,
        "text": fold(own.text) if own else None,
        "is_generic": own.is_generic if own else False,
        "names": sorted(names - generic),
        "written_out": sorted(written_out - generic),
        "generic": sorted(generic),
        "vi": _meanings(profile, "vi"),
        "en": _meanings(profile, "en"),
        "letters": sorted({key.letters for key in profile.full if not key.text.isascii() and not key.is_damaged}),
        "ruins": sorted({key.letters for key in profile.full if key.is_damaged}),
        "odd": _slips(profile, odd=True),
        "even": _slips(profile, odd=False),
        "acronyms": sorted(profile.acronyms),
        "initials": sorted({acronym for key in profile.full for acronym in key.initials}),
        "domain": profile.record.domain,
        "identifiers": sorted(profile.record.identifiers),
        "places": sorted(profile.places),
        "belongs": sorted(profile.belongs),
        "year": profile.year,
    }


def _meanings(profile: Profile, language: str) -> list[str]:
    return sorted(
        {direct_key(meaning) for key in profile.full if key.language == language for meaning in profile.meanings(key)}
    )


def _slips(profile: Profile, *, odd: bool) -> list[int]:
    """Digests of the own name in which one word, of those that are none or of those that are, lacks up to a letter.

    Two names have one in common if they are alike but for one word, and that differs by one letter or two that are
    swapped.
    """
    own = profile.own
    if own is None or len(own.tokens) < _MIN_TOKENS:
        return []
    words = [word for word in dict.fromkeys(own.words) if len(word) > _MIN_LETTERS]
    chosen = [word for word in words if is_odd(word) == odd or (not odd and len(word) >= _MANY_LETTERS)]
    spellings = ((word, spelling) for word in chosen for spelling in dict.fromkeys((word, *shortened(word))))
    return sorted({_digest(f"{direct_key(own.tokens - {f'w:{word}'})} ~{spelling}") for word, spelling in spellings})


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
