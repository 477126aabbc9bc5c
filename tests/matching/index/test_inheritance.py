"""What a kind of relationship passes on is data, and so are the roles that lead."""

import pytest

from graph.kinds import load_kinds
from graph.model import Fact, Participation
from matching.index import inheritance
from matching.index.inheritance import Inheritance, inherited_concepts, inherited_words, load_inheritance
from matching.index.network_index import NetworkIndex
from tests.matching.networks import actors, project, snapshot_of_facts, tie


@pytest.mark.parametrize("kind", load_inheritance())
def test_every_kind_that_passes_something_on_is_a_kind_of_the_network(kind: str) -> None:
    passed = load_inheritance()[kind]
    assert kind in load_kinds().relationship
    assert all(0 <= share <= 1 for share in (passed.words, passed.to_source, passed.to_target))
    assert passed != Inheritance()


def test_a_director_inherits_the_concepts_of_its_organisation_and_not_the_reverse() -> None:
    snapshot = snapshot_of_facts([*actors("firm head"), tie("head", "firm", "affiliated_with")])
    head, firm = snapshot.index_of("head"), snapshot.index_of("firm")
    inherited = inherited_concepts(snapshot)
    assert inherited[head, firm] == pytest.approx(1 * 2 / (2 + 1))  # damped by the one relationship of the firm
    assert inherited[firm, head] == 0
    assert inherited_words(snapshot)[head, firm] == inherited_words(snapshot)[firm, head] == pytest.approx(0.4)


def test_a_kind_that_is_not_listed_passes_nothing_on() -> None:
    snapshot = snapshot_of_facts([*actors("a b"), tie("a", "b", "attended_with")])
    assert inherited_words(snapshot).sum() == inherited_concepts(snapshot).sum() == 0


def test_a_new_kind_is_a_new_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inheritance, "load_inheritance", lambda: {"attended_with": Inheritance(words=0.2)})
    snapshot = snapshot_of_facts([*actors("a b"), tie("a", "b", "attended_with")])
    assert inherited_words(snapshot)[0, 1] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("role", "leads"), [("coordinator", 1), ("Đơn vị CHỦ TRÌ", 1), ("participant", 0), ("", 0), (None, 0)]
)
def test_a_leading_role_is_one_of_the_list_in_any_case(role: str | None, leads: int) -> None:
    facts: list[Fact] = [*actors("a"), *project("p"), Participation("p", "a", role)]
    assert NetworkIndex(snapshot_of_facts(facts)).projects.leads.nnz == leads
