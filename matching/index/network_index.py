"""A snapshot prepared for scoring, in parts: each is built by a pure function of the snapshot and other parts."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph.kinds import Kinds, load_kinds
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray
from matching.index.activity import ActivityIndex, index_activity
from matching.index.actor_concepts import ConceptIndex, index_concepts
from matching.index.clusters import ClusterIndex, index_clusters
from matching.index.countries import CountryIndex, CountryModel, index_countries, learn_countries
from matching.index.evidence import EvidenceIndex, index_evidence
from matching.index.fields import FieldIndex, index_fields
from matching.index.links import LinkIndex, WalkIndex, index_links, index_walks
from matching.index.partner_types import PartnerTypeIndex, index_partner_types
from matching.index.projects import ProjectIndex, index_projects
from matching.index.words import EmbedderOf, WordIndex, index_words
from matching.text.concepts import concept_reader
from matching.text.terms import WordEmbedder


@dataclass(frozen=True, eq=False)
class NetworkIndex:
    """A snapshot prepared for scoring. It never changes; each part is built when it is first read, and then kept.

    Parameters
    ----------
    snapshot
        The network. Nothing else is read, so that a snapshot cut in time cannot leak what came later.
    embedder_of
        Makes what turns words into vectors, fitted to the texts of the network.
    """

    snapshot: GraphSnapshot
    embedder_of: EmbedderOf = WordEmbedder

    def build(self) -> None:
        """Build every part now, so that no question waits for one."""
        for part in _PARTS:
            getattr(self, part)

    @property
    def kinds(self) -> Kinds:
        """The kinds and fields of the network."""
        return load_kinds()

    @cached_property
    def is_candidate(self) -> BoolArray:
        """Who may be suggested, shape (n_actors,): actors with a project, a relationship or words of their own.

        An actor that has vanished from its source may not.
        """
        return _is_candidate(self.snapshot)

    @cached_property
    def projects(self) -> ProjectIndex:
        """Projects: members, age, weights."""
        return index_projects(self.snapshot)

    @cached_property
    def links(self) -> LinkIndex:
        """Who has worked with whom."""
        return index_links(self.snapshot, self.projects)

    @cached_property
    def walks(self) -> WalkIndex:
        """Weights of walks of two steps, which only questions of members need."""
        return index_walks(self.snapshot, self.projects, self.links)

    @cached_property
    def activity(self) -> ActivityIndex:
        """Activity of actors and kinds."""
        return index_activity(self.snapshot, self.kinds, self.projects, self.links, self.is_candidate)

    @cached_property
    def clusters(self) -> ClusterIndex:
        """Latent factors of actors and clusters of projects."""
        return index_clusters(self.projects, self.links)

    @cached_property
    def fields(self) -> FieldIndex:
        """Fields of actors and projects."""
        return index_fields(self.snapshot, self.kinds, self.projects, self.is_candidate)

    @cached_property
    def words(self) -> WordIndex:
        """Words of actors and projects."""
        return index_words(self.snapshot, self.kinds, self.projects, self.embedder_of)

    @cached_property
    def concepts(self) -> ConceptIndex:
        """Concepts of actors."""
        return index_concepts(self.snapshot, concept_reader())

    @cached_property
    def partner_types(self) -> PartnerTypeIndex:
        """Partner types of actors."""
        return index_partner_types(self.snapshot)

    @cached_property
    def countries(self) -> CountryIndex:
        """Countries of actors."""
        return index_countries(self.snapshot, self.links)

    @cached_property
    def country_model(self) -> CountryModel:
        """Which countries a text is likely about, which only questions in words need."""
        return learn_countries(self.projects, self.words, self.countries)

    @cached_property
    def evidence(self) -> EvidenceIndex:
        """What reasons quote, which learning and evaluation do not need."""
        return index_evidence(self.snapshot, self.projects, self.links, self.words)


_PARTS = tuple(name for name, member in vars(NetworkIndex).items() if isinstance(member, cached_property))


def _is_candidate(snapshot: GraphSnapshot) -> BoolArray:
    tables = snapshot.tables.actors
    has_words: BoolArray = np.zeros(snapshot.n_actors, bool)
    for column in ("summary", "summary_en"):
        has_words |= np.array([bool(text) for text in tables[column].to_pylist()], bool)
    for column in ("fields", "needs", "offers"):
        has_words |= np.array([bool(cell) for cell in tables[column].to_pylist()], bool)
    has_facts = (np.diff(snapshot.memberships.indptr) > 0) | (np.diff(snapshot.ties.indptr) > 0)
    return (has_words | has_facts) & snapshot.is_present
