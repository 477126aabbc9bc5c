"""Reasons of a pair in words."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from graph.kinds import Language
from ingest.resolution.agreement import Reason


@cache
def reason_texts() -> Mapping[str, Mapping[str, str]]:
    """The words of every reason, by its code and language."""
    return tomllib.loads(files("ingest.resolution").joinpath("reasons.toml").read_text(encoding="utf-8"))


def render_reason(reason: Reason, language: Language) -> str:
    """A reason in words of a language.

    >>> render_reason(("guard_number", "2"), "en"), render_reason(("same_domain", "hust.edu.vn"), "vi")
    ('Different numbers: 2', 'Cùng tên miền: hust.edu.vn')
    """
    code, detail = reason
    return reason_texts()[code][language].format(detail=detail)
