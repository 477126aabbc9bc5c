import csv

import pytest
from hypothesis import given

from graph.folding import fold, place_tones
from ingest.normalise.places import Place, place_of
from ingest.normalise.result import facts
from tests.ingest.normalise.reference import HANOI_WARDS, needs_reference
from tests.ingest.normalise.strategies import cells

OLD_WARDS = {
    (district, ward): today
    for district, entry in facts("places")["district"].items()
    for ward, today in entry["wards"].items()
}
TODAY = [*facts("places")["today"]["phuong"], *facts("places")["today"]["xa"]]


@pytest.mark.parametrize(
    "text",
    [
        "46 Trần Hưng Đạo, phường Cửa Nam, Hà Nội",
        "Phường Cửa Nam, TP. Hà Nội",
        "P. Cửa Nam, HN",
        "P.Cửa Nam, TP.Hà Nội",
        "phuong cua nam, ha noi",
        "Cua Nam Ward, Hanoi, Vietnam",
        "PHƯỜNG CỬA NAM - HÀ NỘI",
        "Cửa Nam, Hà Nội",
    ],
)
def test_wards_of_today(text: str) -> None:
    place = place_of(text).value
    assert (place.ward, place.old_district, place.province, place.country) == ("Phường Cửa Nam", None, "Hà Nội", "VN")
    assert place_of(text).noticed == ()


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("quận Đống Đa", "Đống Đa"),
        ("Q. Đống Đa", "Đống Đa"),
        ("Q.Đống Đa, TP HN", "Đống Đa"),
        ("quan dong da, ha noi", "Đống Đa"),
        ("Dong Da District, Hanoi", "Đống Đa"),
        ("Đống Đa, Hà Nội", "Đống Đa"),
        ("144 Xuân Thủy, Cầu Giấy, HN", "Cầu Giấy"),
        ("H. Gia Lâm", "Gia Lâm"),
        ("TX Sơn Tây", "Sơn Tây"),
        ("thị xã Sơn Tây, Hà Nội", "Sơn Tây"),
        ("Bắc Từ Liêm", "Bắc Từ Liêm"),
        ("Láng Hạ, Đống Đa, Hà Nội", "Đống Đa"),
    ],
)
def test_a_district_alone_gives_no_ward_but_those_that_come_into_question(text: str, district: str) -> None:
    place, noticed = place_of(text).value, place_of(text).noticed
    assert (place.ward, place.old_district, place.province) == (None, district, "Hà Nội")
    lie_in = {fold(name) for (old, _), today in OLD_WARDS.items() for name in today if old == district}
    assert {fold(ward.split(" ", 1)[1]) for ward in place.candidates} == lie_in
    assert noticed == (("old_district", ", ".join(place.candidates)),)


@pytest.mark.parametrize(
    ("text", "ward", "old_ward"),
    [
        ("P. Hàng Bạc, Q. Hoàn Kiếm, Hà Nội", "Phường Hoàn Kiếm", "Hàng Bạc"),
        ("phường Phúc Xá, Ba Đình", "Phường Hồng Hà", "Phúc Xá"),
        ("Phường Giảng Võ Quận Ba Đình Hà Nội", "Phường Giảng Võ", "Giảng Võ"),
        ("thị trấn Yên Viên, huyện Gia Lâm", "Xã Phù Đổng", "thị trấn Yên Viên"),
    ],
)
def test_a_ward_that_went_into_one_whole_leads_there(text: str, ward: str, old_ward: str) -> None:
    place = place_of(text).value
    assert (place.ward, place.old_ward, place.candidates) == (ward, old_ward, ())
    assert place_of(text).noticed == (("old_ward", ward),)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("phường Ngọc Hà, quận Ba Đình", ("Phường Ba Đình", "Phường Ngọc Hà")),
        ("P. Láng Hạ, Q. Đống Đa, Hà Nội", ("Phường Đống Đa", "Phường Giảng Võ", "Phường Láng")),
        ("Phường Trung Tự, quận Đống Đa", ("Phường Kim Liên", "Phường Văn Miếu - Quốc Tử Giám")),
        ("phường Nguyễn Trung Trực, Ba Đình", ("Phường Ba Đình",)),
    ],
)
def test_a_ward_that_was_divided_or_merged_before_gives_candidates_only(text: str, candidates: tuple[str, ...]) -> None:
    place = place_of(text).value
    assert (place.ward, place.candidates) == (None, candidates)


def test_a_name_that_several_districts_had_names_no_district() -> None:
    place = place_of("phường Quang Trung, Hà Nội").value
    assert (place.ward, place.old_ward, place.old_district) == (None, "Quang Trung", None)
    assert len(place.candidates) > 2


def test_a_ward_of_today_may_stand_beside_the_district_there_was() -> None:
    place = place_of("Phường Láng, quận Đống Đa, Hà Nội").value
    assert (place.ward, place.old_district) == ("Phường Láng", "Đống Đa")


@pytest.mark.parametrize(
    ("text", "province", "codes"),
    [
        ("Hà Nội", "Hà Nội", []),
        ("Tp. Hà Nội", "Hà Nội", []),
        ("Hà Nội 100000", "Hà Nội", []),
        ("HN", "Hà Nội", []),
        ("Hà Nội, Việt Nam", "Hà Nội", []),
        ("Khu công nghệ cao Hòa Lạc, Hà Nội", "Hà Nội", []),
        ("Q.1, TP.HCM", "TP. Hồ Chí Minh", []),
        ("TP. Hồ Chí Minh", "TP. Hồ Chí Minh", []),
        ("Đà Nẵng", "Đà Nẵng", []),
        ("tỉnh Bắc Giang", "Bắc Ninh", ["merged_province"]),
        ("Hoà Bình", "Phú Thọ", ["merged_province"]),
        ("Hà Tây", "Hà Nội", ["merged_province"]),
        ("Thừa Thiên Huế", "Huế", ["merged_province"]),
    ],
)
def test_provinces(text: str, province: str, codes: list[str]) -> None:
    place = place_of(text).value
    assert (place.province, place.label, place.country) == (province, province, "VN")
    assert [code for code, _ in place_of(text).noticed] == codes


@pytest.mark.parametrize("text", ["Singapore", "Đức", "Hoa Kỳ", "Seoul, Hàn Quốc", "trực tuyến", "1 Main St, Boston"])
def test_places_elsewhere_pass_through(text: str) -> None:
    assert place_of(text).value == Place(text)
    assert (place_of(text).value.label, place_of(text).noticed) == (text, ())


def test_several_provinces_are_no_place() -> None:
    assert place_of("Hà Nội; TP.HCM").value == Place("Hà Nội; TP.HCM", country="VN")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Quận Đống Đaa, Hà Nội", "Quận Đống Đa, Hà Nội"),
        ("Phường Cửa Nm, Hà Nội", "Phường Cửa Nam, Hà Nội"),
        ("Phường Láng", "Phường Láng, Hà Nội"),
    ],
)
def test_units_that_are_not_known_are_noticed(text: str, nearest: str) -> None:
    assert place_of(text).value.ward is None
    assert place_of(text).noticed == (("unknown_place", nearest),)


def test_the_rest_of_the_row_may_tell_the_province() -> None:
    assert place_of("Đường Phạm Văn Nghị, phường Đông Ngạc", "Hà Nội").value.label == "Phường Đông Ngạc, Hà Nội"
    assert place_of("Phường Láng, TP. Huế", "Hà Nội").value.province == "Huế"


def test_of_several_wards_only_the_province_is_certain() -> None:
    place = place_of("Phường Láng, Hà Nội; phường Nghĩa Đô, Hà Nội").value
    assert (place.ward, place.label) == (None, "Hà Nội")
    assert place_of("phường Hàng Bạc (nay là phường Hoàn Kiếm), Hà Nội").value.ward == "Phường Hoàn Kiếm"


def test_rooms_are_no_wards() -> None:
    assert place_of("P. 301, tòa nhà A, Hà Nội").noticed == ()


def test_the_units_of_the_resolution_add_up() -> None:
    assert (len(facts("places")["today"]["phuong"]), len(facts("places")["today"]["xa"])) == (51, 75)
    assert (len(facts("places")["district"]), len(OLD_WARDS)) == (30, 526)
    assert {name for today in OLD_WARDS.values() for name in today} == set(TODAY)
    assert len({fold(name) for name in TODAY}) == 126
    assert len(facts("places")["provinces"]) == 34


@pytest.mark.parametrize(
    ("today", "whole", "in_part"),
    [
        (
            "Hoàn Kiếm",
            "Hàng Bạc, Hàng Bồ, Hàng Buồm, Hàng Đào, Hàng Gai, Hàng Mã, Lý Thái Tổ",
            "Cửa Đông, Cửa Nam, Điện Biên, Đồng Xuân, Hàng Bông, Hàng Trống, Tràng Tiền",
        ),
        (
            "Cửa Nam",
            "Hàng Bài, Phan Chu Trinh, Trần Hưng Đạo",
            "Cửa Nam, Nguyễn Du, Phạm Đình Hổ, Hàng Bông, Hàng Trống, Tràng Tiền",
        ),
        (
            "Ba Đình",
            "Quán Thánh, Trúc Bạch",
            "Cửa Nam, Điện Biên, Đội Cấn, Kim Mã, Ngọc Hà, Thụy Khuê, Cửa Đông, Đồng Xuân",
        ),
        ("Ngọc Hà", "Vĩnh Phúc, Liễu Giai", "Cống Vị, Kim Mã, Ngọc Khánh, Nghĩa Đô, Đội Cấn, Ngọc Hà"),
    ],
)
def test_the_first_clauses_of_the_resolution(today: str, whole: str, in_part: str) -> None:
    assert {ward for (_, ward), into in OLD_WARDS.items() if into == [today]} == set(whole.split(", "))
    assert {ward for (_, ward), into in OLD_WARDS.items() if len(into) > 1 and today in into} == set(
        in_part.split(", ")
    )


def test_wards_merged_earlier_went_into_wards_there_were() -> None:
    for district, merged in facts("places")["formerly"].items():
        for ward, into in merged.items():
            assert (district, ward) not in OLD_WARDS
            assert all((district, each) in OLD_WARDS for each in into)


@needs_reference(HANOI_WARDS)
def test_the_names_are_those_of_the_reference() -> None:
    with HANOI_WARDS.open(encoding="utf-8") as file:
        names = {place_tones(row["FullName"]) for row in csv.DictReader(file)}
    today = facts("places")["today"]
    assert names == {place_tones(f"Phường {name}") for name in today["phuong"]} | {
        place_tones(f"Xã {name}") for name in today["xa"]
    }


@pytest.mark.parametrize(("district", "ward"), OLD_WARDS)
def test_every_ward_there_was_is_known_in_its_district(district: str, ward: str) -> None:
    place = place_of(f"xã {ward}, huyện {district}, Hà Nội").value
    into = {fold(name) for name in OLD_WARDS[district, ward]}
    found = {fold(name.split(" ", 1)[1]) for name in ((place.ward,) if place.ward else place.candidates)}
    assert (found, place.old_district) == (into, district)


@given(cells)
def test_a_label_is_its_own_normal_form_and_a_ward_is_one_of_today(text: str) -> None:
    place = place_of(text).value
    assert place.text == text
    assert place_of(place.label).value.label == place.label
    assert place.ward is None or place.ward.split(" ", 1)[1] in TODAY
    assert not (place.ward and place.candidates)
