import pytest
from hypothesis import given

from graph.kinds import load_kinds
from ingest.normalise.fields import fields, taxonomy_of
from ingest.normalise.result import facts
from ingest.values import CellError
from tests.ingest.normalise.strategies import cells


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Trí tuệ nhân tạo, công nghệ số", ["digital_ai"]),
        ("AI/Blockchain", ["digital_ai", "blockchain"]),
        ("Điện toán đám mây, lượng tử, dữ liệu lớn, blockchain", ["cloud_quantum_bigdata", "blockchain"]),
        ("Nông nghiệp công nghệ cao; y tế số | edtech", ["agritech", "healthtech", "edtech"]),
        ("AI, Dữ liệu lớn và chip bán dẫn", ["digital_ai", "cloud_quantum_bigdata", "semiconductor"]),
        ("tri tue nhan tao, chip ban dan", ["digital_ai", "semiconductor"]),
        ("Năng lượng, vật liệu tiên tiến", ["energy_materials"]),
        ("Robot và tự động hóa", ["robotics_automation"]),
        ("An toàn, an ninh mạng", ["cybersecurity"]),
        ("- AI\n- IoT\n- Robot", ["digital_ai", "mobile_5g_6g", "robotics_automation"]),
        ("Giao thông, xe điện và môi trường, nước, rác thải", ["mobility_ev", "environment_water_waste"]),
        ("healthtech|smart_city", ["healthtech", "smart_city"]),
        ("5G/6G", ["mobile_5g_6g"]),
        ("CNTT", ["digital_ai"]),
        ("Lĩnh vực: công nghệ sinh học", ["biomed"]),
        ("Ứng dụng AI trong y tế", ["digital_ai", "healthtech"]),
        ("Xử lý nước thải", ["environment_water_waste"]),
        ("Semiconductor & AI", ["semiconductor", "digital_ai"]),
    ],
)
def test_fields(text: str, ids: list[str]) -> None:
    assert (list(fields(text).value), fields(text).noticed) == (ids, ())


@pytest.mark.parametrize(
    ("text", "value", "nearest"),
    [
        ("Triết học", ("Triết học",), None),
        ("Đất nước học", ("Đất nước học",), None),
        ("Nghiên cứu Hán Nôm, AI", ("Nghiên cứu Hán Nôm", "digital_ai"), None),
        ("Văn hóa và triết học", ("culture_tourism_creative", "triết học"), None),
        ("Khoa học và Công nghệ", ("Khoa học và Công nghệ",), None),
        ("Blokchain", ("Blokchain",), "blockchain"),
    ],
)
def test_what_is_outside_the_taxonomy_stays_as_written(text: str, value: tuple[str, ...], nearest: str | None) -> None:
    assert (fields(text).value, fields(text).noticed) == (value, (("unknown_field", nearest),))


@pytest.mark.parametrize(
    ("text", "version", "value"),
    [
        ("Nhóm 3", "1131-2025", ("blockchain",)),
        ("Nhóm công nghệ số 3", "1131-2025", ("blockchain",)),
        ("Nhóm 3 (QĐ 1131)", None, ("blockchain",)),
        ("Nhóm 1, 3 và 5 (Quyết định 1131/QĐ-TTg)", None, ("digital_ai", "blockchain", "robotics_automation")),
        ("Nhóm 3: Blockchain", None, ("blockchain",)),
        ("Công nghệ y - sinh học tiên tiến", None, ("biomed",)),
        ("Công nghệ số", "21-2026", ("digital_ai", "cloud_quantum_bigdata", "blockchain", "mobile_5g_6g")),
        ("Công nghệ số", None, ("digital_ai",)),
        ("Biển sâu", None, ("rare_earth_ocean_underground",)),
    ],
)
def test_groups_of_either_decision_lead_to_the_tags_of_today(
    text: str, version: str | None, value: tuple[str, ...]
) -> None:
    assert fields(text, version).value == value


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Nhóm 3", None),
        ("Nhóm công nghệ số 3", None),
        ("Nhóm 9", "1131-2025"),
        ("Nhóm 12", "1131-2025"),
        ("Nhóm 2", "21-2026"),
    ],
)
def test_a_number_leads_nowhere_without_a_version_and_a_source(text: str, version: str | None) -> None:
    result = fields(text, version)
    assert (result.value, [code for code, _ in result.noticed]) == ((text,), ["unknown_field"])


@pytest.mark.parametrize("field", load_kinds().fields.values(), ids=lambda field: field.id)
def test_ids_and_labels_of_the_taxonomy_name_their_field(field: object) -> None:
    known = load_kinds().fields[field.id]  # type: ignore[attr-defined]
    for name in (known.id, known.label.vi, known.label.en):
        assert fields(name).value == (known.id,)
    for terms in known.terms.values():
        for term in terms:
            assert known.id in fields(term).value


def test_headers_name_the_version() -> None:
    assert taxonomy_of("Lĩnh vực công nghệ (theo Quyết định 1131/QĐ-TTg)") == "1131-2025"
    assert taxonomy_of("Nhóm công nghệ chiến lược (QĐ 21/2026/QĐ-TTg)") == "21-2026"
    assert taxonomy_of("Lĩnh vực hoạt động") is None


def test_the_crosswalk_leads_to_fields_of_the_taxonomy() -> None:
    known = load_kinds().fields.keys()
    assert facts("fields")["synonyms"].keys() <= known
    for version in facts("fields")["version"].values():
        for group in version["group"]:
            assert set(group["fields"]) <= known
    assert [group["number"] for group in facts("fields")["version"]["1131-2025"]["group"]] == list(range(1, 12))


def test_separators_alone_are_no_fields() -> None:
    with pytest.raises(CellError, match="missing_value"):
        fields(", ;")


def test_a_description_is_kept_whole() -> None:
    text = "AI, " * 1_000
    assert fields(text).value == (text,)


@given(cells)
def test_every_field_is_its_own_normal_form_and_none_is_lost(text: str) -> None:
    try:
        value = fields(text).value
    except CellError:
        return
    assert len(set(value)) == len(value) > 0
    for item in value:
        assert fields(item).value == (item,)
