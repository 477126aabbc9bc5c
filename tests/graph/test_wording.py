"""The catalogues: every section complete in both languages."""

from collections.abc import Mapping
from string import Formatter
from typing import get_args

import pytest

from graph.kinds import LANGUAGES
from graph.wording import Catalogue, Section, load_catalogue

SECTIONS: tuple[Section, ...] = get_args(Section)


def parameters_of(entry: str | Mapping[str, str]) -> set[str]:
    texts = [entry] if isinstance(entry, str) else list(entry.values())
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("section", SECTIONS)
def test_both_languages_have_the_same_texts_with_the_same_parameters(section: Section) -> None:
    vietnamese, english = (load_catalogue(language, section).texts for language in ("vi", "en"))
    assert list(vietnamese) == list(english)
    for key, entry in vietnamese.items():
        assert parameters_of(entry) == parameters_of(english[key]), key


@pytest.mark.parametrize("section", SECTIONS)
def test_no_text_is_empty_and_every_count_has_both_forms(section: Section) -> None:
    for language in LANGUAGES:
        for key, entry in load_catalogue(language, section).texts.items():
            if not isinstance(entry, str):
                assert entry.keys() == {"one", "other"}, key
            for text in [entry] if isinstance(entry, str) else entry.values():
                assert text.strip() == text != "", key


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert Catalogue("vi", {"n": "{n} mục"}).text("n", n=1234) == "1.234 mục"
    assert Catalogue("en", {"n": "{n} items"}).text("n", n=1234) == "1,234 items"


def test_a_missing_key_or_parameter_is_an_error() -> None:
    words = Catalogue("en", {"hit": {"one": "{n} hit", "other": "{n} hits"}})
    for key, parameters in (("miss", {"n": 1}), ("hit", {})):
        with pytest.raises(KeyError):
            words.text(key, **parameters)
