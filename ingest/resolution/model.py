"""The probability that two records are of one actor: a Fellegi-Sunter model, computed by splink on DuckDB.

This module says what is compared. The weight of each outcome is in ``model.json``: the settings of splink, with a card
that says how the weights were measured. Nothing is learnt from the records that are linked.

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
from ingest.resolution.compared_records import ComparedRecord, direct_key
from ingest.resolution.lexicon import shortened
from ingest.resolution.spelling import is_odd

MODEL_FILE = "model.json"
_MEMORY_LIMIT = "2GB"
"""Memory that DuckDB may use before it writes to disk; set by hand, 100,000 records took 1.2 GB in all."""
_MIN_TOKENS, _MAX_TOKENS, _MIN_LETTERS = 3, 24, 2
"""Misspellings are looked for in names with so many tokens, and in words with more letters; set by hand."""
_MANY_LETTERS = 8
"""A word with at least this many letters may be misspelt even if the lexicon has it; set by hand.

One changed letter does not turn a word this long into another word.
"""
_CLOSE, _NEAR = 0.95, 0.88
"""Jaro-Winkler similarities, between 0 and 1, of the two outcomes for similar names; set by hand.

The weights of these outcomes in ``model.json`` are measured.
"""
_TEXTS = "least(text_l, text_r), greatest(text_l, text_r)"
_INITIALS = "list_has_any(acronyms_l, initials_r) OR list_has_any(initials_l, acronyms_r)"

Level = tuple[str, str]
"""A condition in SQL and its label. The outcome of a comparison is its first condition that holds."""

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
"""The comparisons, each with its outcomes from the best down; a pair without any of these outcomes is "different"."""
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
    compared: Sequence[ComparedRecord], pairs: PairIndices, settings: Mapping[str, Any] | None = None
) -> npt.NDArray[np.float64]:
    """The probability that each pair is of one actor, shape (n,), in the order of ``pairs``.

    Parameters
    ----------
    settings
        Settings of splink; by default those of the installed model.

    Raises
    ------
    ModelError
        The installed model was changed, the comparison failed, or splink did not score exactly the given pairs.
    """
    scored = _predict(compared, pairs, dict(settings or shipped_settings()))
    return np.asarray(_in_order(scored, pairs, ["match_probability"])[:, 0])


def outcomes(compared: Sequence[ComparedRecord], pairs: PairIndices) -> npt.NDArray[np.int64]:
    """The outcome of each comparison for each pair, shape (n, number of comparisons), int64.

    -1: not comparable; 0: different; the best outcome has the highest number.

    Raises
    ------
    ModelError
        The comparison failed, or splink did not score exactly the given pairs.
    """
    level_counts = {name: len(levels) for name, levels in COMPARISONS.items()}
    even = {name: [1 / (n + 1)] * (n + 1) for name, n in level_counts.items()}
    kept = {"retain_matching_columns": True, "retain_intermediate_calculation_columns": True}
    scored = _predict(compared, pairs, settings_of(even, even, 0.5) | kept)
    return _in_order(scored, pairs, [f"gamma_{name}" for name in COMPARISONS]).astype(np.int64)


def settings_of(m: Mapping[str, Sequence[float]], u: Mapping[str, Sequence[float]], prior: float) -> dict[str, Any]:
    """The settings of splink for given probabilities of every outcome and of a match.

    Parameters
    ----------
    m, u
        For each comparison: the probability of each outcome, the worst first, among pairs of one actor (m) and among
        pairs of two actors (u).
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
    """The digest of settings, 32 hexadecimal digits; the card of the installed model contains it."""
    text = json.dumps(settings, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def shipped_model() -> Mapping[str, Any]:
    """The installed model: ``settings`` and ``card``.

    Raises
    ------
    ModelError
        The settings do not match the card, or name other comparisons than this version has.
    """
    model: Mapping[str, Any] = json.loads(files("ingest.resolution").joinpath(MODEL_FILE).read_text(encoding="utf-8"))
    compared = tuple(comparison["output_column_name"] for comparison in model["settings"]["comparisons"])
    if digest_of(model["settings"]) != model["card"]["digest"] or compared != tuple(COMPARISONS):
        raise ModelError("linkage_model_changed", f"{MODEL_FILE} is not the model that its card describes.")
    return model


def shipped_settings() -> Mapping[str, Any]:
    """The settings of splink that are installed with Ketnoi."""
    settings: Mapping[str, Any] = shipped_model()["settings"]
    return settings


def _predict(compared: Sequence[ComparedRecord], pairs: PairIndices, settings: dict[str, Any]) -> pa.Table:
    """The scored pairs as splink returns them, in any order.

    Raises
    ------
    ModelError
        The comparison failed, for example because memory or disk space ran out.
    """
    from splink.internals.exceptions import SplinkException  # noqa: PLC0415 - it takes seconds to import

    try:
        with tempfile.TemporaryDirectory(prefix="ketnoi-") as folder, duckdb.connect(":memory:") as connection:
            connection.execute(f"SET threads = {os.cpu_count() or 1}")
            connection.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
            connection.execute("SET temp_directory = $folder", {"folder": folder})
            return _scored_by_splink(connection, columns_of(compared), pairs, settings)
    except (duckdb.Error, SplinkException, OSError) as failure:
        raise ModelError(
            "linkage_failed",
            "The records could not be compared, perhaps for lack of memory or disk space. What was loaded stays; the "
            "next load that changes something compares them again.",
        ) from failure


def _scored_by_splink(
    connection: duckdb.DuckDBPyConnection, records: pa.Table, pairs: PairIndices, settings: dict[str, Any]
) -> pa.Table:
    from splink import DuckDBAPI, Linker, SettingsCreator  # noqa: PLC0415 - it takes seconds to import

    interface = DuckDBAPI(connection)
    creator = SettingsCreator.from_path_or_dict(settings)
    linker = Linker(interface.register(records), creator, None, validate_settings=False)
    blocked = pa.table({"match_key": ["0"] * len(pairs), "join_key_l": pairs[:, 0], "join_key_r": pairs[:, 1]})
    linker.table_management.register_blocked_pairs_for_predict(interface.register(blocked))
    scored: pa.Table = linker.inference.predict(warning_mode="never").as_pyarrow_table()  # type: ignore[no-untyped-call]
    return scored


def _in_order(scored: pa.Table, pairs: PairIndices, columns: Sequence[str]) -> npt.NDArray[np.float64]:
    """Columns of scored pairs, shape (n, columns), in the order of ``pairs``.

    Raises
    ------
    ModelError
        The scored pairs are not exactly the given ones, each once.
    """
    found = np.stack([scored.column(f"unique_id_{side}").to_numpy() for side in "lr"], axis=1)
    order_found, order = (np.lexsort((rows[:, 1], rows[:, 0])) for rows in (found, pairs))
    if not np.array_equal(found[order_found], pairs[order]):
        raise ModelError(
            "linkage_incomplete",
            f"splink scored {len(found)} pairs of records where {len(pairs)} were to be scored. Run the load again.",
            n_scored=len(found),
            n_pairs=len(pairs),
        )
    values = np.empty((len(pairs), len(columns)))
    for place, name in enumerate(columns):
        values[order, place] = scored.column(name).to_numpy()[order_found]
    return values


def columns_of(compared: Sequence[ComparedRecord]) -> pa.Table:
    """The table that splink compares, one row per compared record; ``unique_id`` is the row number."""
    rows = [{"unique_id": index, **_row(entry)} for index, entry in enumerate(compared)]
    return pa.Table.from_pylist(rows, schema=_COLUMNS)


def _row(entry: ComparedRecord) -> dict[str, Any]:
    own = entry.own
    generic = {direct_key(key.tokens) for key in entry.full if key.is_generic}
    names = {direct_key(key.tokens) for key in entry.full}
    written_out = {direct_key(tokens) for key in entry.full for tokens in entry.written_out(key)}
    return {
        "own_key": direct_key(own.tokens) if own else None,
        "text": fold(own.text) if own else None,
        "is_generic": own.is_generic if own else False,
        "names": sorted(names - generic),
        "written_out": sorted(written_out - generic),
        "generic": sorted(generic),
        "vi": _meanings(entry, "vi"),
        "en": _meanings(entry, "en"),
        "letters": sorted({key.letters for key in entry.full if not key.text.isascii() and not key.is_damaged}),
        "ruins": sorted({key.letters for key in entry.full if key.is_damaged}),
        "odd": _slips(entry, odd=True),
        "even": _slips(entry, odd=False),
        "acronyms": sorted(entry.acronyms),
        "initials": sorted({acronym for key in entry.full for acronym in key.initials}),
        "domain": entry.record.domain,
        "identifiers": sorted(entry.record.identifiers),
        "places": sorted(entry.places),
        "belongs": sorted(entry.belongs),
        "year": entry.year,
    }


def _meanings(entry: ComparedRecord, language: str) -> list[str]:
    return sorted(
        {direct_key(meaning) for key in entry.full if key.language == language for meaning in entry.meanings(key)}
    )


def _slips(entry: ComparedRecord, *, odd: bool) -> list[int]:
    """Digests of the record's own name in which one word is complete or lacks one letter.

    The word is one that the lexicon does not know (``odd``) or one that may be its correct spelling. Two names share a
    digest if they are alike except for one word, and this word differs by one letter or by two swapped letters.
    """
    own = entry.own
    if own is None or not _MIN_TOKENS <= len(own.tokens) <= _MAX_TOKENS:
        return []
    words = [word for word in dict.fromkeys(own.words) if len(word) > _MIN_LETTERS]
    chosen = [word for word in words if is_odd(word) == odd or (not odd and len(word) >= _MANY_LETTERS)]
    spellings = ((word, spelling) for word in chosen for spelling in dict.fromkeys((word, *shortened(word))))
    return sorted({_digest(f"{direct_key(own.tokens - {f'w:{word}'})} ~{spelling}") for word, spelling in spellings})


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
