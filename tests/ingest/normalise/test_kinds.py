import pytest
from hypothesis import given

from graph.kinds import load_kinds
from ingest.normalise.kinds import (
    Party,
    Tie,
    actor_kind,
    kind_of_name,
    kind_of_title,
    opportunity_kind,
    relationship_kind,
)
from ingest.normalise.result import facts
from ingest.values import CellError
from tests.ingest.normalise.strategies import cells


@pytest.mark.parametrize(
    ("text", "kind", "subkind"),
    [
        ("Trường đại học", "school", "university"),
        ("TRƯỜNG ĐẠI HỌC", "school", "university"),
        ("truong dai hoc", "school", "university"),
        ("ĐH", "school", "university"),
        ("Học viện", "school", "university"),
        ("Viện nghiên cứu", "school", "research_institute"),
        ("Viện, trường", "school", None),
        ("Trường cao đẳng", "school", "college"),
        ("DN", "business", None),
        ("Doanh nghiệp", "business", None),
        ("Công ty cổ phần", "business", None),
        ("DNNVV", "business", "sme"),
        ("Doanh nghiệp (SME)", "business", "sme"),
        ("Quỹ đầu tư", "business", "investor"),
        ("VC", "business", "investor"),
        ("Ngân hàng", "business", "bank"),
        ("Doanh nghiệp khởi nghiệp", "startup", None),
        ("DN khởi nghiệp", "startup", None),
        ("Start-up", "startup", None),
        ("Doanh nghiệp khởi nghiệp - spin-off", "startup", "spin_off"),
        ("CQNN", "agency", None),
        ("Cơ quan quản lý nhà nước", "agency", None),
        ("Sở, ban, ngành", "agency", "city_department"),
        ("Sở", "agency", "city_department"),
        ("Hiệp hội", "agency", "association"),
        ("Chuyên gia", "expert", None),
        ("Nhà khoa học", "expert", "researcher"),
        ("Mentor", "expert", "mentor"),
        ("Tổ chức trung gian", "intermediary", None),
        ("Vườn ươm", "intermediary", "incubator"),
        ("business/investor", "business", "investor"),
        ("city_department", "agency", "city_department"),
        ("Công ty TNHH MTV", "business", None),
    ],
)
def test_actor_kinds(text: str, kind: str, subkind: str | None) -> None:
    assert actor_kind(text).value == Party(kind, subkind)


@pytest.mark.parametrize("kind", load_kinds().actor.values(), ids=lambda kind: kind.id)
def test_ids_and_labels_of_the_catalogue_name_their_kind(kind: object) -> None:
    known = load_kinds().actor[kind.id]  # type: ignore[attr-defined]
    for word in (known.id, known.label.vi, known.label.en, known.short_label.vi, known.short_label.en):
        assert actor_kind(word).value == Party(known.id)
    for subkind, label in known.subkinds.items():
        for word in (subkind, label.vi, label.en):
            assert actor_kind(word).value == Party(known.id, subkind)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("Doanh ngiệp", "business"), ("starup", "startup"), ("Trường và doanh nghiệp", None), ("khác", None), ("?", None)],
)
def test_what_names_no_kind_or_several_is_refused_with_the_nearest(text: str, nearest: str | None) -> None:
    with pytest.raises(CellError, match="unknown_kind") as refused:
        actor_kind(text)
    if nearest:
        assert refused.value.detail == nearest


@pytest.mark.parametrize(
    ("name", "kind", "subkind"),
    [
        ("Trường Đại học Ngoại thương", "school", "university"),
        ("Truong Dai hoc Ngoai thuong", "school", "university"),
        ("ĐHBK Hà Nội", "school", "university"),
        ("Học viện Kỹ thuật Mật mã", "school", "university"),
        ("University of Queensland", "school", "university"),
        ("Kumamoto University", "school", "university"),
        ("Vinh University of Technology Education", "school", "university"),
        ("Trường Cao đẳng Du lịch Hà Nội", "school", "college"),
        ("Viện Toán học", "school", "research_institute"),
        ("Viện KH&CN Việt Nam - Hàn Quốc", "school", "research_institute"),
        ("Khoa Luật – Trường ĐH Công đoàn", "school", "faculty"),
        ("Công ty TNHH Một thành viên Sao", "business", None),
        ("CTCP Sao Mai", "business", None),
        ("Sao Mai JSC", "business", None),
        ("Sao Mai Co., Ltd.", "business", None),
        ("Tập đoàn FPT", "business", "corporation"),
        ("Ngân hàng TMCP Quân đội", "business", "bank"),
        ("Ngân hàng Nhà nước Việt Nam", "agency", None),
        ("Quỹ Đầu tư mạo hiểm Thành phố Hà Nội", "business", "investor"),
        ("Quỹ Phát triển khoa học và công nghệ Quốc gia", "agency", None),
        ("Sở Khoa học và Công nghệ Hà Nội", "agency", "city_department"),
        ("UBND phường Láng", "agency", "city_department"),
        ("Bộ Y tế", "agency", "ministry"),
        ("Hội Tin học Việt Nam", "agency", "association"),
        ("Hiệp hội Blockchain", "agency", "association"),
        ("PGS.TS. Nguyễn Văn An", "expert", None),
        ("ThS Trần Thị Bình", "expert", None),
        ("GS.TSKH Lê Cường", "expert", None),
        ("Vườn ươm BK-Holdings", "intermediary", "incubator"),
    ],
)
def test_names_tell_of_their_bearers(name: str, kind: str, subkind: str | None) -> None:
    assert kind_of_name(name) == Party(kind, subkind)


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Văn Viện",
        "Khoa Nguyễn",
        "Hội đồng quản trị",
        "Hội thảo AI",
        "Bộ môn Toán",
        "Hatch!",
        "Alumni of the University of Hanoi",
        "So Young",
        "Bo Concept",
        "Thị trường mở",
        "Công viên Thống Nhất",
        "Trường Chinh",
        "Trung tâm A",
        "",
        "123",
    ],
)
def test_other_names_settle_nothing(name: str) -> None:
    assert kind_of_name(name) is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("DANH SÁCH DOANH NGHIỆP KHỞI NGHIỆP 2026", "startup"),
        ("Chuyên gia", "expert"),
        ("DS Doanh nghiep", "business"),
        ("Danh sách các trường, viện trên địa bàn thành phố", "school"),
        ("Danh sách doanh nghiệp tham gia thị trường công nghệ", "business"),
    ],
)
def test_titles_announce_a_kind(title: str, kind: str) -> None:
    found = kind_of_title(title)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "title",
    [
        "Danh sách MOU của doanh nghiệp",
        "Hợp đồng",
        "Trường, viện và doanh nghiệp",
        "Sheet1",
        "Hội thảo môi trường",
        "Số 12",
    ],
)
def test_other_titles_announce_none(title: str) -> None:
    assert kind_of_title(title) is None


@pytest.mark.parametrize(
    ("text", "kind", "is_inverse"),
    [
        ("Ký MOU", "signed_mou", False),
        ("Biên bản ghi nhớ", "signed_mou", False),
        ("Ký kết biên bản ghi nhớ hợp tác", "signed_mou", False),
        ("Hợp đồng NCKH", "rd_contract", False),
        ("Chuyển giao công nghệ", "licensed_to", False),
        ("Nhận chuyển giao công nghệ", "licensed_to", True),
        ("Đầu tư", "invested_in", False),
        ("Nhận đầu tư", "invested_in", True),
        ("Ươm tạo", "incubated_by", True),
        ("Được ươm tạo", "incubated_by", False),
        ("Tài trợ", "funded_by", True),
        ("Thành viên", "member_of", False),
        ("Trực thuộc", "part_of", False),
        ("Hợp tác", "partnered_in", False),
        ("hop tac", "partnered_in", False),
        ("signed_mou", "signed_mou", False),
        ("được cố vấn bởi", "mentors", True),
        ("Sáng lập", "founded_by", True),
    ],
)
def test_relationship_kinds(text: str, kind: str, is_inverse: bool) -> None:
    assert relationship_kind(text).value == Tie(kind, is_inverse=is_inverse)


def test_what_names_no_relationship_is_refused() -> None:
    with pytest.raises(CellError, match="unknown_kind") as refused:
        relationship_kind("họp báo")
    assert "signed_mou" in (refused.value.detail or "") or refused.value.detail in load_kinds().relationship


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Dự án", "project"),
        ("Đề tài cấp Bộ", "project"),
        ("Nhiệm vụ KH&CN", "project"),
        ("Sản phẩm", "product"),
        ("Bài toán", "challenge"),
        ("Thách thức", "challenge"),
        ("challenge", "challenge"),
    ],
)
def test_opportunity_kinds(text: str, kind: str) -> None:
    assert opportunity_kind(text).value == kind


def test_the_synonyms_name_kinds_of_the_catalogue_and_each_word_one() -> None:
    kinds, synonyms = load_kinds(), facts("kinds")
    for kind, subkinds in synonyms["actor"].items():
        assert subkinds.keys() - {"words"} <= kinds.actor[kind].subkinds.keys()
    assert synonyms["relationship"].keys() <= kinds.relationship.keys()
    assert synonyms["opportunity"].keys() <= kinds.opportunity.keys()
    for kind, words in synonyms["relationship"].items():
        assert kinds.relationship[kind].directed or "inverse" not in words
    for rule in synonyms["name"]:
        assert "kind" not in rule or rule.get("subkind", None) in {None, *kinds.actor[rule["kind"]].subkinds}
    words = [word for subkinds in synonyms["actor"].values() for group in subkinds.values() for word in group]
    assert sorted({word for word in words if words.count(word) > 1}) == []


@given(cells)
def test_a_kind_is_its_own_normal_form(text: str) -> None:
    try:
        party = actor_kind(text).value
    except CellError:
        return
    written = f"{party.kind}/{party.subkind}" if party.subkind else party.kind
    assert actor_kind(written).value == party
