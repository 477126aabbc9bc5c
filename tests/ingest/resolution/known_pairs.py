"""Pairs of names as they stand in Vietnamese sheets, and whether they are of one actor.

Each side is what its record says: the name, then, as far as given, place, kind, domain, further names.
"""

from dataclasses import dataclass

from ingest.resolution.records import Record


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair."""

    name: str
    place: str | None = None
    kind: str = "school"
    domain: str | None = None
    others: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()

    def record(self, record_id: str) -> Record:
        return Record(
            id=record_id,
            kind=self.kind,
            names=(self.name, *self.others),
            identifiers=self.identifiers,
            domain=self.domain,
            place=self.place,
        )


def firm(name: str, place: str | None = None, domain: str | None = None) -> Side:
    return Side(name, place, "business", domain)


def person(name: str, domain: str | None = None) -> Side:
    return Side(name, None, "expert", domain)


HN, HCM = "Hà Nội", "TP. Hồ Chí Minh"

SAME = [
    (Side("Đại học Bách khoa Hà Nội"), Side("ĐHBK Hà Nội")),
    (Side("Đại học Bách khoa Hà Nội"), Side("Trường ĐH Bách Khoa HN")),
    (Side("Đại học Bách khoa Hà Nội"), Side("TRUONG DAI HOC BACH KHOA HA NOI")),
    (Side("Đại học Bách khoa Hà Nội"), Side("Hanoi University of Science and Technology")),
    (Side("Trường Đại học Công nghệ, ĐHQGHN"), Side("Trường ĐH Công nghệ - Đại học Quốc gia Hà Nội")),
    (Side("Trường Đại học Công nghệ, ĐHQGHN"), Side("VNU University of Engineering and Technology")),
    (Side("Trường Đại học Khoa học Tự nhiên - ĐHQGHN"), Side("Trường ĐH KHTN, Đại học Quốc gia Hà Nội")),
    (Side("Đại học Kinh tế Quốc dân", HN), Side("Trường ĐH KTQD", HN)),
    (Side("Học viện Công nghệ Bưu chính Viễn thông"), Side("HV Công nghệ BCVT")),
    (Side("Học viện Công nghệ Bưu chính Viễn thông"), Side("Posts and Telecommunications Institute of Technology")),
    (Side("Trường Đại học Thủy lợi", HN), Side("Trường Đại học Thuỷ lợi", HN)),
    (Side("Khu công nghệ cao Hòa Lạc", kind="agency"), Side("Khu Công nghệ cao Hoà Lạc", kind="agency")),
    (Side("Trường Đại học Luật Thành phố Hồ Chí Minh"), Side("Trường ĐH Luật TP.HCM")),
    (Side("Trường Đại học Luật Thành phố Hồ Chí Minh"), Side("Ho Chi Minh City University of Law")),
    (Side("Trường Đại học Mỏ - Địa chất", HN), Side("Đại học Mỏ Địa chất", HN)),
    (Side("Viện Hàn lâm Khoa học và Công nghệ Việt Nam"), Side("Viện HLKHCN Việt Nam")),
    (Side("Viện Hàn lâm Khoa học và Công nghệ Việt Nam"), Side("Viện HLKH&CN VN")),
    (Side("Sở Khoa học và Công nghệ Hà Nội", kind="agency"), Side("Sở KH&CN Hà Nội", kind="agency")),
    (Side("Sở Khoa học và Công nghệ Hà Nội", kind="agency"), Side("SỞ KH-CN TP HÀ NỘI", kind="agency")),
    (Side("Ủy ban nhân dân thành phố Hà Nội", kind="agency"), Side("UBND TP Hà Nội", kind="agency")),
    (
        Side("Bộ Khoa học và Công nghệ", kind="agency"),
        Side("Bộ KH&CN", kind="agency", others=("Ministry of Science and Technology",)),
    ),
    (Side("Bệnh viện Bạch Mai", HN, "agency"), Side("BV Bạch Mai", HN, "agency")),
    (Side("Bệnh viện Hữu nghị Việt Đức", HN, "agency"), Side("Bệnh viện hữu nghị Việt - Đức", HN, "agency")),
    (firm("Công ty Cổ phần Công nghệ An Phát"), firm("CTCP Công nghệ An Phát")),
    (firm("Công ty Cổ phần Công nghệ An Phát"), firm("Cty CP CN An Phát", domain="anphat.vn")),
    (firm("Công ty TNHH MTV Thoát nước Hà Nội"), firm("Công ty Trách nhiệm hữu hạn Một thành viên Thoát nước Hà Nội")),
    (firm("Tập đoàn FPT"), firm("FPT Corporation")),
    (firm("Tập đoàn Vingroup"), firm("Vingroup JSC")),
    (firm("Selex Motors", domain="selex.vn"), firm("SELEX MOTORS", domain="selex.vn")),
    (firm("Công ty CP Tư vấn và Tích hợp Công nghệ D&L"), firm("Công ty Cổ phần Tư vấn & Tích hợp Công nghệ D & L")),
    (firm("Công ty cổ phần Bóng đèn Phích nước Rạng Đông"), firm("Cong ty CP Bong den Phich nuoc Rang Dong")),
    (firm("Công ty cổ phần Bóng đèn Phích nước Rạng Đông"), firm("Công ty CP Bóng đèn Phích nước Rạng Đôngg")),
    (firm("Ngân hàng TMCP Quân đội"), firm("Ngân hàng Thương mại Cổ phần Quân đội")),
    (Side("Trường Đại học Công nghiệp Hà Nội"), Side("Trường Đại học Công nghiêpj Hà Nội")),
    (Side("Trường Đại học Y Hà Nội"), Side("Hanoi Medical University")),
    (
        Side("Trường Đại học Sư phạm", "Huế", others=("Trường Đại học Sư phạm, Đại học Huế",)),
        Side("Trường Đại học Sư phạm - Đại học Huế", "Huế"),
    ),
    (Side("Phòng thí nghiệm trọng điểm Công nghệ Enzym và Protein"), Side("PTN trọng điểm Công nghệ Enzym và Protein")),
    (Side("Trường Đại học Khoa học và Công nghệ Hà Nội"), Side("University of Science and Technology of Hanoi")),
    (Side("Trường Đại học Giao thông Vận tải", HN), Side("University of Transport and Communications", HN)),
    (person("Trần Quang Hưng", "hic.vn"), person("TS. Trần Quang Hưng", "hic.vn")),
    (Side("Trường Đại học Sư phạm Hà Nội 2"), Side("Trường ĐHSP Hà Nội 2")),
    (Side("Đại học X", HN, identifiers=("ror:04nyv3z04",)), Side("Trường Y", HN, identifiers=("ror:04nyv3z04",))),
]
"""Pairs of one actor that are linked without a person."""

DIFFERENT = [
    (firm("Công ty CP Công nghệ An Phát"), firm("Công ty CP Công nghệ An Phú")),
    (firm("Công ty CP Công nghệ An Phát"), firm("Công ty CP Thương mại An Phát")),
    (firm("Công ty TNHH Minh Long"), firm("Công ty TNHH Long Minh")),
    (firm("Công ty TNHH Minh Long"), firm("Công ty TNHH Minh Lang")),
    (firm("Công ty TNHH Minh Long"), firm("Công ty Cổ phần Minh Long")),
    (firm("Công ty CP Tân Phát"), firm("Công ty CP Tấn Phát")),
    (firm("Công ty CP Hòa Phát"), firm("Công ty CP Hóa Phát")),
    (firm("Công ty CP Đầu tư Nam Long"), firm("Công ty CP Đầu tư Nam Long Sài Gòn")),
    (firm("Công ty CP Đầu tư Nam Long", HN), firm("Công ty CP Đầu tư Nam Long", HCM)),
    (firm("Công ty TNHH Samsung Electronics Việt Nam"), firm("Công ty TNHH Samsung Electronics Việt Nam Thái Nguyên")),
    (firm("Samsung"), firm("Samsung Vietnam")),
    (firm("Samsung Vietnam"), firm("Samsung C&T")),
    (firm("VinaCapital"), firm("VinaCapital Ventures")),
    (firm("Tập đoàn Phenikaa"), firm("S-Phenikaa")),
    (firm("Tập đoàn Phenikaa"), firm("Phenikaa-X")),
    (firm("Tập đoàn Công nghệ CMC"), Side("Trường Đại học CMC")),
    (firm("Tập đoàn Viettel"), firm("Tổng Công ty Dịch vụ số Viettel")),
    (Side("Organisation 875563032", kind="business"), Side("Organisation 875811837", kind="business")),
    (Side("Viện Nghiên cứu Nuôi trồng Thủy sản I"), Side("Viện Nghiên cứu Nuôi trồng Thủy sản II")),
    (Side("Bệnh viện Nhi đồng 1", HCM), Side("Bệnh viện Nhi đồng 2", HCM)),
    (Side("Trường Đại học Sư phạm Hà Nội"), Side("Trường Đại học Sư phạm Hà Nội 2")),
    (Side("Trường Đại học Lao động - Xã hội"), Side("Trường Đại học Lao động - Xã hội Cơ sở 2")),
    (Side("Viện 1"), Side("Viện 2")),
    (Side("Đại học Bách khoa Hà Nội"), Side("Khoa Cơ khí, Đại học Bách khoa Hà Nội")),
    (Side("Đại học Bách khoa Hà Nội"), Side("Trung tâm Đổi mới sáng tạo, Đại học Bách khoa Hà Nội")),
    (Side("Đại học Bách khoa Hà Nội"), Side("Viện Kỹ thuật Hóa học - ĐHBK Hà Nội")),
    (Side("Đại học Quốc gia Hà Nội"), Side("Trường Đại học Công nghệ - ĐHQGHN")),
    (Side("Vietnam National University, Hanoi"), Side("VNU University of Education")),
    (Side("Đại học Huế"), Side("Trường Đại học Sư phạm Huế", others=("Hue University",))),
    (Side("Hue University"), Side("Hue University of Education", others=("Hue University",))),
    (Side("Đại học Bách khoa Hà Nội"), Side("Trường Đại học Bách khoa TP HCM")),
    (Side("Trường Đại học Bách khoa - ĐHQG TP.HCM"), Side("Trường Đại học Bách khoa - Đại học Đà Nẵng")),
    (Side("Đại học Kinh tế Quốc dân", HN), Side("Trường Đại học Kinh tế", HN)),
    (Side("Trường Đại học Kinh tế - ĐHQGHN"), Side("Trường Đại học Kinh tế - Đại học Huế")),
    (Side("Trường Đại học Kinh tế"), Side("Trường Đại học Kinh tế")),
    (Side("Trường Đại học Công nghệ", HN), Side("Trường Đại học Công nghệ GTVT", HN)),
    (Side("Trường Đại học Công nghệ Thông tin", HCM), Side("Trường Đại học Công nghệ Thông tin và Truyền thông", HCM)),
    (Side("Trường Đại học Khoa học và Công nghệ Hà Nội"), Side("Hanoi University of Science and Technology")),
    (Side("Trường Đại học Xây dựng Hà Nội"), Side("Trường Đại học Xây dựng Miền Trung")),
    (Side("Học viện Ngân hàng", HN), Side("Trường Đại học Ngân hàng TP HCM", HCM)),
    (Side("Trường Cao đẳng Y tế Hà Nội"), Side("Trường Cao đẳng Y tế Hà Đông")),
    (Side("Trường Đại học Mở Hà Nội"), Side("Trường Đại học Mỏ Hà Nội")),
    (Side("Sở Khoa học và Công nghệ Hà Nội", kind="agency"), Side("Bộ Khoa học và Công nghệ", kind="agency")),
    (Side("Sở Khoa học và Công nghệ Hà Nội", kind="agency"), Side("Sở Khoa học và Công nghệ TP.HCM", kind="agency")),
    (Side("UBND thành phố Hà Nội", kind="agency"), Side("UBND quận Hà Đông, Hà Nội", kind="agency")),
    (Side("Bệnh viện Đại học Y Hà Nội", HN), Side("Trường Đại học Y Hà Nội", HN)),
    (
        Side("Vườn ươm doanh nghiệp Hà Nội", kind="agency", others=("HBI",)),
        Side("Vườn ươm Khu công nghệ cao Hòa Lạc", kind="agency", others=("HBI",)),
    ),
    (Side("Viện Đo lường Việt Nam", others=("VMI",)), Side("Vietnam Mentors Initiative", others=("VMI",))),
    (Side("Chi nhánh Công ty CP Công nghệ An Phát tại Đà Nẵng"), Side("Công ty CP Công nghệ An Phát")),
    (Side("Văn phòng đại diện Công ty ABC tại Hà Nội"), Side("Công ty ABC", HN)),
    (Side("Phân hiệu Trường Đại học Ngoại thương tại TP HCM"), Side("Trường Đại học Ngoại thương", HN)),
    (Side("Quỹ Đầu tư mạo hiểm Hà Nội", kind="business"), Side("Quỹ Đầu tư khởi nghiệp Hà Nội", kind="business")),
    (Side("Học viện Khoa học Xã hội"), Side("Viện Hàn lâm Khoa học Xã hội Việt Nam")),
    (Side("Hội Doanh nghiệp trẻ Hà Nội", kind="business"), Side("Hội Doanh nghiệp Hà Nội", kind="business")),
    (Side("Đại học A", identifiers=("ror:04nyv3z04",)), Side("Đại học A", identifiers=("ror:02jmfj006",))),
    (Side("Bkav", identifiers=("tax:0101",)), Side("Bkav", identifiers=("tax:0102", "ror:1"))),
    (person("Nguyễn Văn Khoa"), person("Nguyễn Văn Khoa")),
    (person("Nguyễn Văn Khoa", "fpt.vn"), person("Nguyễn Khoa Văn", "fpt.vn")),
    (person("Phạm Minh Tuấn"), firm("Phạm Minh Tuấn")),
    (person("Nguyễn Thị Lan", "vnua.edu.vn"), person("Nguyễn Thị Làn", "vnua.edu.vn")),
]
"""Pairs of two actors, or that only a person can tell: never linked without one."""
