"""The countries of a network's actors, which countries work together, and which country a text is likely about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from babel import Locale
from scipy import sparse
from sklearn.linear_model import Ridge

from graph.kinds import Language
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, FloatArray, IndexArray
from matching.index.links import LinkIndex
from matching.index.projects import ProjectIndex
from matching.index.words import WordIndex
from matching.kernels.sparse_rows import SparseRow
from matching.text.country_names import countries_in, countries_of_regions_in, country_of

_PRIOR_LINKS = 0.5
"""Links taken as seen between each two countries, so that none is ruled out. Set by hand."""
_MIN_PROJECTS = 100
"""Projects that a model of countries needs to learn from. Set by hand."""
_MIN_SHARE = 0.005
"""Share of projects from which on a country can be learned. Set by hand."""
_MIN_TERMS = 20
"""Terms that make the text of a project long enough to learn from. Set by hand."""


@dataclass(frozen=True, slots=True)
class CountryIndex:
    """The countries of a network. A country is the position of its code in :attr:`codes`.

    Attributes
    ----------
    codes
        ISO 3166 codes of the countries that have an actor, ascending.
    of_actor
        Country of each actor, -1 where unknown, shape (n_actors,).
    affinity
        log(1 + lift) of two countries working together, float32, shape (n_countries + 1, n_countries + 1); the last
        row and column stand for an unknown country and are 0.
    """

    codes: Sequence[str]
    of_actor: IndexArray
    affinity: FloatArray
    _position: Mapping[str, int]

    def of_place(self, country: str | None, place: str | None) -> int:
        """The country that the place columns of a profile state, -1 where unknown or without an actor."""
        return self._position.get(country_of(country, place) or "", -1)

    def named_in(self, text: str) -> list[int]:
        """The countries that a text names, each once, in the order of their mention."""
        found = (self._position.get(code, -1) for code in countries_in(text))
        return list(dict.fromkeys(country for country in found if country >= 0))

    def of_regions_in(self, text: str) -> list[int]:
        """The countries of the regions that a text names, ascending."""
        return sorted(self._position[code] for code in countries_of_regions_in(text) & self._position.keys())

    def name(self, country: int, language: Language) -> str:
        """Name of a country."""
        return str(Locale(language).territories.get(self.codes[country], self.codes[country]))


def index_countries(snapshot: GraphSnapshot, links: LinkIndex) -> CountryIndex:
    """The countries of the actors of a snapshot."""
    tables = snapshot.tables.actors
    columns = zip(tables["country"].to_pylist(), tables["district_or_city"].to_pylist(), strict=True)
    found = [country_of(country, place) for country, place in columns]
    codes = sorted({code for code in found if code})
    position = {code: number for number, code in enumerate(codes)}
    of_actor = np.array([position[code] if code else -1 for code in found], np.intp)
    return CountryIndex(codes, of_actor, _affinity(links, of_actor, len(codes)), position)


def _affinity(links: LinkIndex, of_actor: IndexArray, n_countries: int) -> FloatArray:
    pairs = links.matrix.tocoo()
    is_known = (of_actor[pairs.row] >= 0) & (of_actor[pairs.col] >= 0)
    codes = of_actor[pairs.row][is_known] * n_countries + of_actor[pairs.col][is_known]
    seen = np.bincount(codes, weights=pairs.data[is_known], minlength=n_countries**2) + _PRIOR_LINKS
    seen = seen.reshape(n_countries, n_countries)
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / max(seen.sum(), 1e-9)
    return np.pad(np.log1p(seen / expected), (0, 1)).astype(np.float32)


class CountryModel:
    """Learns from past projects which countries a text is about: ridge regression from words to members' countries.

    Parameters
    ----------
    words
        Words of each project, CSR of float32, shape (n_projects, n_dimensions).
    countries
        Members of each project by country, CSR of float32, shape (n_projects, n_countries).

    Attributes
    ----------
    share
        Share of the projects that have a member from each country, float32, shape (n_countries,).
    """

    def __init__(self, words: sparse.csr_array, countries: sparse.csr_array) -> None:
        is_present = (countries.toarray() > 0).astype(np.float32)
        self.share: FloatArray = is_present.mean(axis=0) if len(is_present) else np.zeros(is_present.shape[1])
        self._columns = np.flatnonzero(self.share > _MIN_SHARE)
        self._weights = np.zeros((words.shape[1], 0), np.float32)
        self._intercept = np.zeros(0, np.float32)
        if words.shape[0] >= _MIN_PROJECTS and len(self._columns) > 1:
            model = Ridge(alpha=1.0, solver="sparse_cg", max_iter=30, tol=1e-3)
            model.fit(sparse.csr_matrix(words), is_present[:, self._columns])
            self._weights = np.ascontiguousarray(model.coef_.T, dtype=np.float32)
            self._intercept = np.asarray(model.intercept_, dtype=np.float32)

    def predict(self, words: SparseRow) -> FloatArray:
        """Share of projects with such words that have a member from each country, 0 to 1, shape (n_countries,).

        Zero throughout where there was too little to learn from.
        """
        likely = np.zeros(len(self.share), np.float32)
        if len(self._intercept) and len(words.columns):
            predicted = words.values @ self._weights[words.columns] + self._intercept
            likely[self._columns] = np.clip(predicted, 0, 1)
        return likely


def learn_countries(projects: ProjectIndex, words: WordIndex, countries: CountryIndex) -> CountryModel:
    """A model of the countries of a network's joint projects with a text of some length."""
    known = np.flatnonzero(countries.of_actor >= 0)
    shape = (len(countries.of_actor), len(countries.codes))
    of_actor = sparse.csr_array((np.ones(len(known), np.float32), (known, countries.of_actor[known])), shape=shape)
    is_taught: BoolArray = (np.diff(words.projects.indptr) >= _MIN_TERMS) & (projects.is_joint > 0)
    members = sparse.csr_array(projects.membership @ of_actor)
    return CountryModel(words.projects[is_taught], members[is_taught])
