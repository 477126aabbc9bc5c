"""Texts that cells may hold: arbitrary ones, and ones made of the pieces that these functions look for."""

from hypothesis import strategies as st

from graph.folding import nfc

_WORDS = """
    ngày tháng năm quý đến nay từ 3/4 2025 -/.,;|() 45750 Apr T4 II O3 ~ tỷ triệu nghìn rưỡi đồng $ USD 1,5 1.500
    1.500.000.000 500tr khoảng 0912 345 678 +84 024 x12 máy lẻ 0168 @ hust.edu.vn www https:// ? = utm_a & # ror.org/
    05x Q12 I123 MST 0100109106 -001 Quận Đống Đa phường Láng Hạ Hà Nội TP. P. Q. xã Sơn Tây AI và / blockchain nhóm
    1131 trường ĐH viện công ty quỹ MOU hợp tác được nhận dự án ０ ² ﬁ ß İ
"""
PIECES = (*_WORDS.split(), "\u0301", "\u00a0", "\n")

any_text = st.text(max_size=60).map(nfc)
made_text = st.lists(st.sampled_from(PIECES), max_size=10).flatmap(
    lambda pieces: st.sampled_from((" ", "")).map(lambda joint: nfc(joint.join(pieces)))
)
cells = st.one_of(any_text, made_text)
