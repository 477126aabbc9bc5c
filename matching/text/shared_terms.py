"""The terms of each text of a network, and the words that a query shares with these texts."""

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
    """The terms of many texts, each with the form in which a text first writes it.

    Terms are single words and pairs of words, as in :func:`matching.text.terms.terms`. Accented syllables are left out,
    so that no word is quoted twice.

    Parameters
    ----------
    texts
        The texts; a text is known by its position, its row.

    >>> terms = SharedTerms(["Bụi mịn", "bui min, quan trac"])
    >>> words_in_common(terms.of_text("quan trac bui min"), terms, np.array([0]))
    [('bụi mịn',)]

    If the query and a text both write a word with accents, the accents must be the same.

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
        self._accent_codes: dict[str, int] = {}
        self._spelling = self._spellings_of(form_codes, adds_new=True)
        self._is_pair = np.array([" " in term for term in term_codes], bool)
        self._starts: IndexArray = np.cumsum([0, *(part.shape[1] for part in entries)])
        self._term_of_entry, self._form_of_entry = np.concatenate([np.empty((2, 0), np.int32), *entries], axis=1)
        self._sort()

    def of_text(self, text: str) -> "QueryTerms":
        """The terms of any text that also occur in the texts of the network."""
        written = {self._code_of[term]: form for term, form in written_terms(text).items() if term in self._code_of}
        return self._query_terms(np.array(list(written), np.intp), self._spellings_of(written.values()))

    def merged(self, texts: sparse.csr_array) -> "SharedTerms":
        """The terms of merged texts; each term keeps the form in which the first of the merged texts writes it.

        Parameters
        ----------
        texts
            CSR of shape (n_merged, n_texts) with sorted columns; the entries of a row are the texts that are merged.
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
        """Also keep the terms of each text in ascending order of their codes, which comparisons need."""
        text = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))
        self._by_code: IndexArray = np.lexsort((self._term_of_entry, text))
        self._sorted_terms = self._term_of_entry[self._by_code]

    def of_row(self, row: int) -> "QueryTerms":
        """The terms of the text of one row as a query, in the order of the text."""
        entries = self._entries_of(row)
        return self._query_terms(self._term_of_entry[entries], self._spelling[self._form_of_entry[entries]])

    def _query_terms(self, codes: IntegerArray, spelling: CodeArray) -> "QueryTerms":
        pairs_first = (~self._is_pair[codes]).argsort(kind="stable")
        n_pairs = int(self._is_pair[codes].sum())
        return QueryTerms(codes[pairs_first].astype(np.int32), n_pairs, spelling[pairs_first])

    def _spellings_of(self, forms: Collection[str], *, adds_new: bool = False) -> CodeArray:
        """Codes of the accented syllables of each form, int32, shape (n_forms, 2).

        The code is -1 if a form has no such syllable or the syllable has no accents. Forms of the network's texts add
        new codes; in a query, every syllable that the network lacks has the same unused code.
        """
        spelling = np.full((len(forms), 2), -1, np.int32)
        for number, form in enumerate(forms):
            if not form.isascii():
                for place, syllable in enumerate(map(accented_form, form.split(" "))):
                    if syllable and adds_new:
                        spelling[number, place] = self._accent_codes.setdefault(syllable, len(self._accent_codes))
                    elif syllable:
                        spelling[number, place] = self._accent_codes.get(syllable, len(self._accent_codes))
        return spelling

    def written(self, query: "QueryTerms", rows: IndexArray) -> tuple[IndexArray, IndexArray, CodeArray, CodeArray]:
        """The terms that a query shares with the texts of some rows, row by row, in the order of the query.

        Two terms are different words if both are written with accents and the accents differ.

        Returns
        -------
        Position where the terms of each row start, and after them the end of the last row, shape (n_rows + 1,). Then,
        for each shared term, its position in the query, its code, and the code of the form in which the text writes it,
        all of shape (n_shared,).
        """
        n_found, found, entry = in_common_with_each(query.sorted_codes, self._starts, self._sorted_terms, rows)
        places, text = query.by_code[found], np.repeat(np.arange(len(rows)), n_found)
        order = np.lexsort((places, text))
        places, text, forms = places[order], text[order], self._form_of_entry[self._by_code[entry[order]]]
        in_query, in_text = query.spelling[places], self._spelling[forms]
        is_same = ~((in_query != in_text) & (in_query >= 0) & (in_text >= 0)).any(axis=1)
        places, text, forms = places[is_same], text[is_same], forms[is_same]
        return text.searchsorted(np.arange(len(rows) + 1)), places, query.codes[places], forms

    def term(self, code: int) -> str:
        """The term that has a code."""
        return self._terms[code]

    def form(self, code: int) -> str:
        """The written form that has a code."""
        return self._forms[code]

    def _entries_of(self, row: int) -> slice:
        return slice(self._starts[row], self._starts[row + 1])


class QueryTerms:
    """The terms of a query: first its pairs of words, then its single words, both in the order of the query.

    Attributes
    ----------
    codes
        Codes of the terms, int32, shape (n_terms,).
    n_pairs
        Number of terms that are pairs of words.
    spelling
        Codes of the accented syllables of each term, -1 for none, int32, shape (n_terms, 2).
    by_code
        Positions that put the terms in ascending order of their codes, shape (n_terms,).
    sorted_codes
        The codes in ascending order, shape (n_terms,).
    """

    def __init__(self, codes: CodeArray, n_pairs: int, spelling: CodeArray) -> None:
        self.codes = codes
        self.n_pairs = n_pairs
        self.spelling = spelling
        self.by_code: IndexArray = codes.argsort()
        self.sorted_codes = codes[self.by_code]


def words_in_common(query: QueryTerms, terms: SharedTerms, rows: IndexArray, limit: int = 3) -> list[tuple[str, ...]]:
    """The words that a query shares with each of some texts, in the form in which the text writes them.

    Parameters
    ----------
    query
        The terms of the query.
    terms
        The terms of the texts.
    rows
        Rows of the texts, shape (n_rows,).
    limit
        Words or phrases a text at most.

    Returns
    -------
    One tuple a row: first phrases, which are pairs of words joined, then single words that no phrase holds.
    """
    if not len(query.codes):
        return [()] * len(rows)
    starts, places, codes, forms = (part.tolist() for part in terms.written(query, rows))
    shared = []
    for start, stop in pairwise(starts):
        words = bisect_left(places, query.n_pairs, start, stop)  # position of the first single word
        phrases = _first_phrases(map(terms.form, forms[start:words]), limit)
        if len(phrases) < limit and words < stop:
            covered = set(chain.from_iterable(terms.term(code).split() for code in codes[start:words]))
            alone = (place for place in range(words, stop) if terms.term(codes[place]) not in covered)
            phrases += [terms.form(forms[place]) for place in islice(alone, limit - len(phrases))]
        shared.append(tuple(phrases))
    return shared


def _first_phrases(pairs: Iterator[str], limit: int) -> list[str]:
    """The first phrases of a sequence of pairs: a pair that begins with the last word of a phrase continues it.

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
