"""The language of the answer to a request."""

from starlette.requests import Request

from graph.kinds import LANGUAGES, Language


def language_of(request: Request) -> Language:
    """The language of an answer.

    The address of a page names its language, as in ``/en/search``. The API answers in the language that
    ``Accept-Language`` prefers. Otherwise the language of the settings is used.
    """
    default: Language = request.app.state.settings.language
    first = request.scope["path"].lstrip("/").partition("/")[0]
    if first == "v1":
        return preferred_language(request.headers.get("accept-language", ""), default)
    return next((language for language in LANGUAGES if language == first), default)


def preferred_language(header: str, default: Language) -> Language:
    """The language with the highest weight in an ``Accept-Language`` header, or else the default.

    >>> preferred_language("en-GB,en;q=0.9,vi;q=0.8", "vi"), preferred_language("fr, *", "vi")
    ('en', 'vi')
    """
    weights: dict[Language, float] = {}
    for entry in header.split(","):
        tag, _, parameters = entry.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        for language in LANGUAGES:
            if primary == language:
                weights[language] = max(_weight(parameters), weights.get(language, 0.0))
    best = max(weights, key=lambda language: weights[language], default=default)
    return best if weights.get(best) else default


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
