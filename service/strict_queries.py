"""Query parameters that a route does not declare are refused, and so are repeated ones that it takes once."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|msclkid|ttclid|igshid|mc_[ce]id|zarsrc|_ga|_gl")
"""Parameters that networks and mail programs add to addresses people share. Pages ignore them."""
_MAX_ERRORS = 10
_MAX_NAME = 60


async def refuse_unknown_parameters(request: Request) -> None:
    """Check the query of a request against the parameters that the matched route declares.

    A page ignores the parameters that tracking tools add, because people share its address; the API ignores none.

    Raises
    ------
    RequestValidationError
        A parameter is not declared, or one that is taken once is repeated. The error lists the declared parameters.
    """
    declared = declared_parameters(request.scope["route"].dependant)
    sent = Counter(name for name, _ in request.query_params.multi_items())
    if not request.scope["path"].startswith("/v1"):
        sent = Counter({name: n for name, n in sent.items() if name in declared or not _TRACKING.fullmatch(name)})
    errors = [error for name, n in sent.items() if (error := _error(name, n, declared))]
    if errors:
        raise RequestValidationError(errors[:_MAX_ERRORS])


def declared_parameters(dependant: Dependant) -> dict[str, bool]:
    """The query parameters of a route and of all it depends on, and whether each may be repeated."""
    declared: dict[str, bool] = {}
    for part in dependant.dependencies:
        declared |= declared_parameters(part)
    return declared | {
        field.alias: get_origin(field.field_info.annotation) in {list, tuple} for field in dependant.query_params
    }


def _error(name: str, n_sent: int, declared: Mapping[str, bool]) -> dict[str, Any] | None:
    place = ("query", name[:_MAX_NAME])
    if name not in declared:
        known = ", ".join(sorted(declared))
        if not known:
            return {"type": "no_parameters", "loc": place, "msg": "This address takes no parameters."}
        message = f"There is no such parameter here. Known are: {known}."
        return {"type": "unknown_parameter", "loc": place, "msg": message, "ctx": {"known": known}}
    if n_sent > 1 and not declared[name]:
        return {"type": "repeated_parameter", "loc": place, "msg": "Give this parameter once."}
    return None
