"""Names, spelling, blocking, clusters and the model, each by itself."""

import logging
import re
import subprocess
import sys
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.resolution
from benchmarks.corruption import CORRUPTIONS, corrupt
from benchmarks.invented import SHARE_OF_DUPLICATES, invented_world
from benchmarks.resolution import all_pairs, links_of, measure
from graph.errors import KetnoiError, ModelError
from graph.folding import fold
from ingest.resolution import model
from ingest.resolution.agreement import agreement
from ingest.resolution.blocking import MAX_BLOCK_RECORDS, candidate_pairs
from ingest.resolution.clusters import consistent
from ingest.resolution.compared_records import ComparedRecord, compared_records, places_in
from ingest.resolution.lexicon import lexicon
from ingest.resolution.names import name_key, person_key
from ingest.resolution.records import Record, domain_of
from ingest.resolution.resolve import resolve
from ingest.resolution.spelling import is_slip, remains_of, repaired

PACKAGE = Path(ingest.resolution.__file__).parent
TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


def profiles(*names: str) -> list[ComparedRecord]:
    return compared_records([Record(id=f"r{i:04d}", kind="business", names=(name,)) for i, name in enumerate(names)])


@given(TEXTS)
def test_any_text_is_a_name(text: str) -> None:
    key = name_key(text)
    assert key == name_key(text)
    assert person_key(text) == person_key(text)
    assert all(word for word in key.words)


@given(TEXTS, TEXTS)
def test_agreement_is_symmetric(one: str, two: str) -> None:
    left, right = profiles(one, two)
    there, back = agreement(left, right), agreement(right, left)
    assert (there.way, there.apart) == (back.way, back.apart)


@given(st.sampled_from(["bach", "khoa", "vinfast", "university", "an"]), st.text("abcdeghiknou", max_size=9))
def test_slips_are_symmetric(one: str, two: str) -> None:
    assert is_slip(one, two) == is_slip(two, one)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("Trường ĐH Công nghệ - ĐHQGHN", {"h:university", "h:national_university", "p:ha_noi", "w:cong", "w:nghe"}),
        ("Sở KH&CN TP.HCM", {"h:provincial_department", "p:ho_chi_minh", "w:khoa", "w:hoc", "w:cong", "w:nghe"}),
        ("CTCP Sơn Sơn 2", {"w:son", "w:son 2", "n:2"}),
        ("Viện Thủy sản II", {"h:institute", "w:thuy", "w:san", "n:2"}),
        ("Samsung Vietnam", {"w:samsung", "p:viet_nam"}),
        ("Tập đoàn Quốc Phong", {"w:quoc", "w:phong"}),
        ("Phòng Đào tạo", {"u:department", "w:dao", "w:tao"}),
    ],
)
def test_a_name_is_taken_apart(name: str, tokens: set[str]) -> None:
    assert name_key(name).tokens == tokens
    assert name_key(name.upper()).tokens == tokens


@pytest.mark.parametrize("kind", [kind for kind in CORRUPTIONS if kind not in ("slip", "lost")])
@pytest.mark.parametrize(
    "name",
    ["Trường Đại học Khoa học Tự nhiên, Đại học Quốc gia Hà Nội", "Công ty Cổ phần Công nghệ thông tin Hòa Bình"],
)
def test_what_does_not_lose_letters_changes_no_token(name: str, kind: str) -> None:
    spoilt = corrupt(name, kind, np.random.default_rng(0))
    assert name_key(spoilt).tokens == name_key(name).tokens


def test_what_loses_letters_is_recognised_by_the_rest() -> None:
    name = "Trường Đại học Thủy lợi"
    ruin = corrupt(name, "lost", np.random.default_rng(0))
    assert ruin != name
    assert remains_of(ruin, name)
    assert not remains_of(ruin, "Trường Đại học Thương mại")


@pytest.mark.parametrize("name", ["Đại học Đà Nẵng", "Viện Hà Nội", "Hương và Hoa, Lâm Hà", "Bệnh viện Chợ Rẫy"])
def test_text_read_in_the_wrong_encoding_is_read_again(name: str) -> None:
    misread = corrupt(name, "misread", np.random.default_rng(0))
    assert repaired(misread) == name
    assert repaired(name) == name
    assert repaired(misread.strip()) == name


def test_abbreviations_are_no_words() -> None:
    """An abbreviation that reads as a syllable would turn up in names typed without tones."""
    table = tomllib.loads((PACKAGE / "abbreviations.toml").read_text(encoding="utf-8"))
    assert not {short for short in table["vi"] if fold(short) in lexicon().syllables}


def test_places_lie_in_places_that_are_known() -> None:
    table = tomllib.loads((PACKAGE / "places.toml").read_text(encoding="utf-8"))
    assert set(table["within"]) | set(table["within"].values()) <= set(table["place"])
    assert places_in("Số 1, Nha Trang") == {"nha_trang", "khanh_hoa"}
    assert places_in("Tokyo") == places_in(None) == frozenset()


@pytest.mark.parametrize("address", ["", "http://[", "a b.vn", "khong-co"])
def test_what_is_no_address_has_no_domain(address: str) -> None:
    assert domain_of(address) is None


def test_a_name_that_everybody_bears_brings_no_flood_of_pairs() -> None:
    n = 40 * MAX_BLOCK_RECORDS
    pairs = candidate_pairs(profiles(*["Công ty TNHH Thương mại"] * n))
    assert len(pairs) < n


def test_pairs_are_sorted_and_come_once() -> None:
    pairs = candidate_pairs(profiles("Công ty An Phát", "CTCP An Phát", "An Phát", "Bình Minh Xanh"))
    assert pairs.tolist() == [[0, 1], [0, 2], [1, 2]]


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([0.7, 0.8, 0.9])), max_size=12), st.data()
)
def test_no_chain_of_kept_links_joins_what_must_stay_apart(
    displayed: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    edges = sorted({(min(i, j), max(i, j)): p for i, j, p in displayed if i != j}.items())
    forbidden = data.draw(st.lists(st.sampled_from(list(combinations(range(8), 2))), max_size=5))
    apart: dict[int, set[int]] = {}
    for i, j in forbidden:
        apart.setdefault(i, set()).add(j)
        apart.setdefault(j, set()).add(i)
    everybody = profiles(*"ABCDEFGH")
    links = [(i, j, p) for (i, j), p in edges]
    kept, refused, group = consistent(links, [], {i: frozenset(js) for i, js in apart.items()}, everybody)
    assert sorted([*kept, *(edge for edge, _ in refused)]) == sorted(links)
    joined = {i: {i} for i in range(8)}
    for i, j, _ in kept:
        together = joined[i] | joined[j]
        joined.update(dict.fromkeys(together, together))
    assert not any(j in joined[i] for i, j in forbidden)
    assert all((j in joined[i]) == (group.get(i, i) == group.get(j, j)) for i, j in combinations(range(8), 2))


def test_the_model_weighs_what_it_says() -> None:
    """Probability by hand: prior odds times m over u of the two outcomes that can be compared."""
    even = {name: [1 / (len(levels) + 1)] * (len(levels) + 1) for name, levels in model.COMPARISONS.items()}
    m, u = {**even, "domain": [0.1, 0.9]}, {**even, "domain": [0.7, 0.3]}
    records = [
        Record(id=record_id, kind="business", names=(name,), domain="a.vn")
        for record_id, name in (("a", "Công ty An Phát"), ("b", "Công ty Bình Minh"))
    ]
    found = model.probabilities(compared_records(records), np.array([[0, 1]]), model.settings_of(m, u, 0.2))
    odds = 0.2 / 0.8 * 0.9 / 0.3
    assert found.tolist() == pytest.approx([odds / (1 + odds)])


@pytest.mark.parametrize("pairs", [[[0, 5]], [[0, 1], [1, 5]]])
def test_a_pair_that_cannot_be_scored_is_an_error_of_ketnoi(pairs: list[list[int]]) -> None:
    records = compared_records([Record(id=i, kind="business", names=(f"Công ty {i}",)) for i in "ab"])
    with pytest.raises(KetnoiError, match="splink scored"):
        model.probabilities(records, np.array(pairs))


def test_lack_of_memory_is_an_error_of_ketnoi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_MEMORY_LIMIT", "1MB")
    records = [Record(id=str(i), kind="business", names=(f"Công ty An Phát {i % 7}",)) for i in range(300)]
    with pytest.raises(ModelError, match="could not be compared"):
        resolve(records)


def test_probabilities_come_in_the_order_of_the_pairs() -> None:
    names = ("Công ty An Phát", "CTCP An Phát", "Viện Bình Minh")
    records = compared_records([Record(id=name, kind="business", names=(name,)) for name in names])
    pairs = np.array([[0, 1], [0, 2], [1, 2]])
    in_order, turned = model.probabilities(records, pairs), model.probabilities(records, pairs[::-1])
    assert len(set(in_order.tolist())) > 1
    assert turned.tolist() == pytest.approx(in_order.tolist()[::-1])


def test_a_model_other_than_its_card_says_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (PACKAGE / model.MODEL_FILE).read_text(encoding="utf-8")
    changed = re.sub(r'("m_probability": )0', r"\g<1>1", text, count=1)
    assert changed != text
    (tmp_path / model.MODEL_FILE).write_text(changed, encoding="utf-8")
    monkeypatch.setattr(model, "files", lambda _: tmp_path)
    model.shipped_model.cache_clear()
    with pytest.raises(ModelError, match="not the model that its card describes"):
        model.shipped_model()
    model.shipped_model.cache_clear()


def test_linking_leaves_no_files_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve([Record(id=i, kind="business", names=("Công ty An Phát",)) for i in "ab"]).links
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("splink").handlers


def test_splink_is_imported_by_those_who_link_only() -> None:
    code = "import sys, ingest.resolution.resolve; print('splink' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_invented_organisations_are_told_apart() -> None:
    world = invented_world(1_500, seed=5)
    assert len(world.same_pairs()) == round(1_500 * SHARE_OF_DUPLICATES)
    row = measure("links", world, links_of(resolve(world.records)), all_pairs)
    assert row.precision.value >= 0.99
    assert row.recall.value >= 0.93
