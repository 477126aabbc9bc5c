"""Which terms each text of a network holds, and how it writes them."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from copy import copy
from itertools import chain, islice, pairwise

import numpy as np
from scipy import sparse

from matching.arrays import CodeArray, IndexArray, IntegerArray
from matching.kernels.search import in_common_with_each
from matching.kernels.sparse_rows import entries_of_rows, entries_of_starts
from matching.text.terms import accented_form, written_terms


class SharedTerms:
    """The terms of many texts, each in the form in which a text first writes it; see :func:`matching.text.terms.terms`.

    Accented syllables are not terms of their own here, so that no word is shown twice.

    Parameters
    ----------
    texts
        The texts, numbered in their order.

    >>> terms = SharedTerms(["Bụi mịn", "bui min, quan trac"])
    >>> words_in_common(terms.of_text("quan trac bui min"), terms, np.array([0]))
    [('bụi mịn',)]

    Where both write accents, these must be the same.

    >>> words_in_common(terms.of_text("đo độ mịn"), terms, np.array([0]))
    [('mịn',)]
    """

    def __init__(self, texts: Iterable[str]) -> None:
        term_codes: dict[str, int] = {}
        form_codes: dict[str, int] = {}
        entries: list[CodeArray] = []
        for text in texts:
            written = {term: form for term, form in written_terms(text).items() if term[0] != "~"}
            codes = [term_codes.setdefault(term, len(term_codes)) for term in written]
            forms = [form_codes.setdefault(form, len(form_codes)) for form in written.values()]
            entries.append(np.array([codes, forms], np.int32))
        self._code_of = term_codes
        self._terms = list(term_codes)
        self._forms = list(form_codes)
        self._accents: dict[str, int] = {}
        self._spelling = self._spellings_of(form_codes, is_read=True)
        self._is_pair = np.array([" " in term for term in term_codes], bool)
        self._starts: IndexArray = np.cumsum([0, *(part.shape[1] for part in entries)])
        self._term_of_entry, self._form_of_entry = np.concatenate([np.empty((2, 0), np.int32), *entries], axis=1)
        self._sort()

    def of_text(self, text: str) -> "QueryTerms":
        """The terms of a text that need not be among those of the terms."""
        written = {self._code_of[term]: form for term, form in written_terms(text).items() if term in self._code_of}
        return self._asked(np.array(list(written), np.intp), self._spellings_of(written.values()))

    def merged(self, texts: sparse.csr_array) -> "SharedTerms":
        """The terms of texts put together, each term in the form in which the first of them writes it.

        Parameters
        ----------
        texts
            CSR of shape (n_merged, n_texts) with sorted columns: which texts belong together.
        """
        merged_text, entry = entries_of_rows(texts, np.arange(texts.shape[0]))
        place, entry = entries_of_starts(self._starts, texts.indices[entry])
        keys = merged_text[place] * max(len(self._terms), 1) + self._term_of_entry[entry]
        first = np.sort(np.unique(keys, return_index=True)[1])
        merged = copy(self)
        merged._term_of_entry, merged._form_of_entry = (
            self._term_of_entry[entry[first]],
            self._form_of_entry[entry[first]],
        )
        merged._starts = merged_text[place[first]].searchsorted(np.arange(texts.shape[0] + 1))
        merged._sort()
        return merged

    def _sort(self) -> None:
        """Put the terms of each text in the order of their codes as well, in which texts are compared."""
        text = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))
        self._by_code: IndexArray = np.lexsort((self._term_of_entry, text))
        self._sorted_terms = self._term_of_entry[self._by_code]

    def of_row(self, row: int) -> "QueryTerms":
        """The terms of one of the texts, in the order in which they are first said."""
        entries = self._entries_of(row)
        return self._asked(self._term_of_entry[entries], self._spelling[self._form_of_entry[entries]])

    def _asked(self, codes: IntegerArray, spelling: CodeArray) -> "QueryTerms":
        pairs_first = (~self._is_pair[codes]).argsort(kind="stable")
        n_pairs = int(self._is_pair[codes].sum())
        return QueryTerms(codes[pairs_first].astype(np.int32), n_pairs, spelling[pairs_first])

    def _spellings_of(self, forms: Collection[str], *, is_read: bool = False) -> CodeArray:
        """A code for each accented syllable of each form, -1 for one without accents or none, shape (n_forms, 2).

        Where the forms are read from the texts, what is new gets a new code; what is asked and unknown has one of its
        own.
        """
        spelling = np.full((len(forms), 2), -1, np.int32)
        for number, form in enumerate(forms):
            if not form.isascii():
                for place, syllable in enumerate(map(accented_form, form.split(" "))):
                    if syllable and is_read:
                        spelling[number, place] = self._accents.setdefault(syllable, len(self._accents))
                    elif syllable:
                        spelling[number, place] = self._accents.get(syllable, len(self._accents))
        return spelling

    def written(self, query: "QueryTerms", rows: IndexArray) -> tuple[IndexArray, IndexArray, CodeArray, CodeArray]:
        """The terms asked for that some of the texts have, text by text, in the order of the asker.

        A term is another word where both write it with accents and these differ.

        Returns
        -------
        Where those of each text start, and after them where those of the last end, shape (n_rows + 1,); their places
        among those asked for, their codes, and those of the form in which the text writes each.
        """
        n_found, found, entry = in_common_with_each(query.sorted_codes, self._starts, self._sorted_terms, rows)
        places, text = query.by_code[found], np.repeat(np.arange(len(rows)), n_found)
        order = np.lexsort((places, text))
        places, text, forms = places[order], text[order], self._form_of_entry[self._by_code[entry[order]]]
        ours, theirs = query.spelling[places], self._spelling[forms]
        is_same = ~((ours != theirs) & (ours >= 0) & (theirs >= 0)).any(axis=1)
        places, text, forms = places[is_same], text[is_same], forms[is_same]
        return text.searchsorted(np.arange(len(rows) + 1)), places, query.codes[places], forms

    def term(self, code: int) -> str:
        """The term of a code."""
        return self._terms[code]

    def form(self, code: int) -> str:
        """The form of a code."""
        return self._forms[code]

    def _entries_of(self, row: int) -> slice:
        return slice(self._starts[row], self._starts[row + 1])


class QueryTerms:
    """The terms that a query asks for: pairs of words, then single words, each in the order of the asker.

    Attributes
    ----------
    codes
        Codes of the terms, shape (n_asked,).
    n_pairs
        How many of them are pairs.
    spelling
        Codes of their accented syllables, -1 for none, shape (n_asked, 2).
    by_code, sorted_codes
        Their places in the order of the codes, and the codes in this order.
    """

    def __init__(self, codes: CodeArray, n_pairs: int, spelling: CodeArray) -> None:
        self.codes = codes
        self.n_pairs = n_pairs
        self.spelling = spelling
        self.by_code: IndexArray = codes.argsort()
        self.sorted_codes = codes[self.by_code]


def words_in_common(query: QueryTerms, terms: SharedTerms, rows: IndexArray, limit: int = 3) -> list[tuple[str, ...]]:
    """The words asked for that each of some texts has, as it writes them: phrases first, then single words."""
    if not len(query.codes):
        return [()] * len(rows)
    starts, places, codes, forms = (part.tolist() for part in terms.written(query, rows))
    shown = []
    for start, stop in pairwise(starts):
        words = bisect_left(places, query.n_pairs, start, stop)  # where those that are no pairs start
        phrases = _first_phrases(map(terms.form, forms[start:words]), limit)
        if len(phrases) < limit and words < stop:
            covered = set(chain.from_iterable(terms.term(code).split() for code in codes[start:words]))
            alone = (place for place in range(words, stop) if terms.term(codes[place]) not in covered)
            phrases += [terms.form(forms[place]) for place in islice(alone, limit - len(phrases))]
        shown.append(tuple(phrases))
    return shown


def _first_phrases(pairs: Iterator[str], limit: int) -> list[str]:
    """Pairs of words with those that continue one another joined, the first few phrases.

    >>> _first_phrases(iter(["truy xuất", "xuất nguồn", "nguồn gốc", "rau sạch"]), 3)
    ['truy xuất nguồn gốc', 'rau sạch']
    """
    phrases: list[str] = []
    for pair in pairs:
        first, second = pair.split(" ", 1)
        if phrases and phrases[-1].rsplit(" ", 1)[-1] == first:
            phrases[-1] += f" {second}"
        elif len(phrases) == limit:
            break
        else:
            phrases.append(pair)
    return phrases
