"""The words of a search marked in the names that it found; diacritics do not matter."""

from collections.abc import Iterator

from markupsafe import Markup, escape

from graph.folding import fold, nfc


def mark(text: str, query: str) -> Markup:
    """The text, escaped, with ``<mark>`` around the beginning of each word that matches a word of the query.

    >>> mark("Đại học Thủy lợi", "dai hoc thuy")
    Markup('<mark>Đại</mark> <mark>học</mark> <mark>Thủy</mark> lợi')
    >>> mark("<script>", "scr")
    Markup('&lt;<mark>scr</mark>ipt&gt;')
    """
    text = nfc(text)
    requested = sorted(fold(query).split(), key=len, reverse=True)
    parts: list[str] = []
    done = 0
    for start, letters in _words(text):
        hit = next((word for word in requested if letters.startswith(word)), None)
        if hit is not None:
            end = start + len(hit)
            parts += [escape(text[done:start]), Markup("<mark>{}</mark>").format(text[start:end])]
            done = end
    return Markup("").join([*parts, escape(text[done:])])


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Start and folded letters of each word; a letter that folds to several counts by its first."""
    start, letters = 0, ""
    for place, char in enumerate(text):
        folded = fold(char)[:1]
        if folded and not letters:
            start = place
        if not folded and letters:
            yield start, letters
            letters = ""
        letters += folded
    if letters:
        yield start, letters
