"""The reasons for or against taking two records for one member, in words."""

from graph.kinds import Language
from graph.wording import load_catalogue
from ingest.resolution.agreement import Reason


def render_reason(reason: Reason, language: Language) -> str:
    """A reason in words of a language.

    >>> render_reason(("guard_number", "2"), "en"), render_reason(("same_domain", "hust.edu.vn"), "vi")
    ('Different numbers: 2', 'Cùng tên miền: hust.edu.vn')
    """
    code, detail = reason
    return load_catalogue(language, "resolution").text(code, detail=detail)
