"""Invented organisations with Vietnamese-looking names; a known share of them are corrupted duplicates."""

from dataclasses import replace

import numpy as np

from benchmarks.corruption import CORRUPTIONS, corrupt
from benchmarks.resolution_world import World
from graph.folding import fold
from ingest.resolution.records import Record

SHARE_OF_DUPLICATES = 0.15
_SHARE_OF_NAMESAKES = 0.02
"""Of names that another organisation in another place has too; their places are always known."""

_FIRST_TEXT = """
An Anh Bảo Bắc Bình Cao Châu Đại Đăng Đông Đức Gia Giang Hà Hải Hạnh Hiếu Hoàng Hồng Hùng Hưng Khánh Kim Lâm
Liên Linh Long Mai Mạnh Minh Nam Ngân Ngọc Nhật Phú Phúc Phương Quang Quân Quốc Sơn Tâm Tân Thái Thanh Thành
Thiên Thịnh Thuận Tiến Toàn Trí Trung Trường Tuấn Tùng Văn Việt Vĩnh Xuân Yên
"""
_SECOND_TEXT = """
An Bách Bảo Cường Cát Dũng Dương Đạt Điền Giang Hà Hải Hân Hiệp Hòa Hoàng Huy Hưng Khang Khoa Khôi Kiên Lâm
Lộc Long Lợi Mỹ Nam Nghĩa Nguyên Nhân Phát Phong Phú Phước Quân Quang Sang Sơn Tài Tâm Thành Thắng Thịnh Thọ
Tiến Tín Trí Tú Vinh Vũ Xương Ý
"""
_FIRST, _SECOND = tuple(_FIRST_TEXT.split()), tuple(_SECOND_TEXT.split())
_BRANDS = ("Vina", "Viet", "Tech", "Green", "Agri", "Bio", "Net", "Soft", "Medi", "Edu", "Smart", "Sun", "Eco", "Nano")
_BRAND_ENDS = ("tech", "soft", "pro", "lab", "group", "link", "care", "farm", "gate", "mind", "tek", "co", "vn", "plus")
_SUBJECTS = (
    "Công nghệ", "Công nghệ thông tin", "Thương mại", "Thương mại và Dịch vụ", "Đầu tư và Phát triển", "Xây dựng",
    "Cơ khí", "Điện tử", "Thiết bị y tế", "Dược phẩm", "Nông nghiệp công nghệ cao", "Môi trường", "Tư vấn thiết kế",
    "Phần mềm", "Giáo dục", "Truyền thông", "Năng lượng", "Vật liệu mới", "Logistics", "Thực phẩm",
    "Công nghệ sinh học", "Tự động hóa", "Viễn thông", "Dệt may", "Bao bì", "Nội thất", "Hóa chất", "Khoáng sản",
    "Du lịch", "Sản xuất",
)  # fmt: skip
_FORMS = (
    "Công ty Cổ phần",
    "Công ty TNHH",
    "Công ty TNHH Một thành viên",
    "Tập đoàn",
    "Tổng công ty",
    "Doanh nghiệp tư nhân",
)
_HEADS = (
    "Trường Đại học",
    "Trường Cao đẳng",
    "Viện Nghiên cứu",
    "Trung tâm",
    "Bệnh viện",
    "Hiệp hội",
    "Quỹ",
    "Vườn ươm",
)
_PLACES = (
    "Hà Nội", "TP. Hồ Chí Minh", "Đà Nẵng", "Hải Phòng", "Cần Thơ", "Huế", "Bắc Ninh", "Thái Nguyên", "Nghệ An",
    "Khánh Hòa", "Đồng Nai", "Quảng Ninh", "Thanh Hóa", "Lâm Đồng", "Hưng Yên", "Phú Thọ", "Đắk Lắk", "Gia Lai",
)  # fmt: skip


def invented_world(n_records: int, seed: int) -> World:
    """The given number of records, a known share of which are corrupted duplicates; every pair is held out."""
    rng = np.random.default_rng(seed)
    n_originals = round(n_records * (1 - SHARE_OF_DUPLICATES))
    originals: list[Record] = []
    taken: set[str] = set()
    namesakes: set[str] = set()
    while len(originals) < n_originals:
        name, kind = _name(rng)
        if fold(name) not in taken:
            taken.add(fold(name))
            originals.append(_record(len(originals), name, kind, _one(_PLACES, rng), rng))
            if rng.random() < _SHARE_OF_NAMESAKES and originals[-1].place and len(originals) < n_originals:
                elsewhere = _one(tuple(place for place in _PLACES if place != originals[-1].place), rng)
                originals.append(replace(_record(len(originals), name, kind, elsewhere, rng), place=elsewhere))
                namesakes.update(one.id for one in originals[-2:])
    copies, done = [], {}
    for index in rng.choice(n_originals, n_records - n_originals, replace=n_records > 2 * n_originals).tolist():
        original = originals[index]
        how = _one(CORRUPTIONS, rng)
        copy = replace(
            original,
            id=f"{original.id}-copy",
            names=(corrupt(original.names[0], how, rng),),
            identifiers=original.identifiers if rng.random() < 0.3 else (),
            domain=original.domain if rng.random() < 0.4 else None,
            place=original.place if original.id in namesakes or rng.random() < 0.7 else None,
        )
        copies.append(copy)
        done[copy.id] = how
    records = (*originals, *copies)
    entity = {record.id: record.id.removesuffix("-copy") for record in records}
    return World(records, entity, frozenset(), done)


def _one(of: tuple[str, ...], rng: np.random.Generator) -> str:
    return of[int(rng.integers(len(of)))]


def _name(rng: np.random.Generator) -> tuple[str, str]:
    """A random name and the kind of its organisation."""
    proper = f"{_one(_FIRST, rng)} {_one(_SECOND, rng)}"
    draw = rng.random()
    if draw < 0.15:
        return f"{_one(_HEADS, rng)} {_one(_SUBJECTS, rng)} {proper}", "school"
    if draw < 0.3:
        proper = f"{_one(_BRANDS, rng)}{_one(_BRAND_ENDS, rng)} {_one(_SECOND, rng)}"
    if draw > 0.8:
        proper = f"{proper} {_one(_SECOND, rng)}"
    if draw > 0.95:
        proper = f"{proper} {int(rng.integers(1, 20))}"
    return f"{_one(_FORMS, rng)} {_one(_SUBJECTS, rng)} {proper}", "business"


def _record(index: int, name: str, kind: str, place: str, rng: np.random.Generator) -> Record:
    has_domain, has_code = rng.random() < 0.4, rng.random() < 0.5
    return Record(
        id=f"org-{index:07d}",
        kind=kind,
        names=(name,),
        identifiers=(f"tax:{10**9 + index}",) if has_code else (),
        domain=f"{fold(name).replace(' ', '')[-12:]}{index}.vn" if has_domain else None,
        place=place if rng.random() < 0.8 else None,
    )
