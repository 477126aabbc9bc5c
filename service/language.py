"""Which of the two languages a request wants."""

from starlette.requests import Request

from graph.kinds import LANGUAGES, Language


def language_of(request: Request) -> Language:
    """The language of an answer.

    A page has its own in its address, such as ``/en/search``, and the setting's where it has none. The API speaks what
    ``Accept-Language`` prefers, else the setting's.
    """
    default: Language = request.app.state.settings.language
    first = request.scope["path"].lstrip("/").partition("/")[0]
    if first == "v1":
        return preferred_language(request.headers.get("accept-language", ""), default)
    return next((language for language in LANGUAGES if language == first), default)


def preferred_language(header: str, default: Language) -> Language:
    """The language that an ``Accept-Language`` header weighs highest, else the default.

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
