"""How order numbers, amounts and dates are stated in Indonesian, Malay, Vietnamese and Thai.

Patterns over the project's own written form of numbers. This module does not know what is done with
a value; see ``stated_facts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Row = tuple[Literal["order", "amount", "date"], str, str]
"""Kind, what it is a value of, and a pattern: ``n`` is a number, ``a3`` an amount with or without
separators of thousands, ``d1`` a day and ``m1`` a month."""

_MALAY_MONTHS = (
    "januari jan",
    "februari feb",
    "maret mac",
    "april apr",
    "mei",
    "juni jun",
    "juli julai jul",
    "agustus ogos agu",
    "september sep",
    "oktober okt",
    "november nov",
    "desember disember des dis",
)
_THAI_MONTHS = (
    "มกราคม มกรา",
    "กุมภาพันธ์ กุมภา",
    "มีนาคม มีนา",
    "เมษายน เมษา",
    "พฤษภาคม พฤษภา",
    "มิถุนายน มิถุนา",
    "กรกฎาคม กรกฎา",
    "สิงหาคม สิงหา",
    "กันยายน กันยา",
    "ตุลาคม ตุลา",
    "พฤศจิกายน พฤศจิกา",
    "ธันวาคม ธันวา",
)
MONTHS: Mapping[str, str] = {
    name: str(at)
    for months in (_MALAY_MONTHS, _THAI_MONTHS)
    for at, names in enumerate(months, 1)
    for name in names.split()
}
"""Names of months in small letters, and the month's number."""


def _any_of(months: tuple[str, ...]) -> str:
    names = (name for one in months for name in one.split())
    return "|".join(sorted(names, key=len, reverse=True))


_NUMBER = r"(?P<n>[A-Za-z]{0,4}[- ]?\d{4,20})"
_AMOUNT = r"(?P<a3>\d{1,3}(?:[.,]\d{3})+|\d+)"

_MS_GAP = r"(?:(?!\b(?:tidak|nggak|tak|bukan|tapi|minta|mau|nak|ganti|kembali|balik)\b)[^.?!;,])"
_MS_DATE = rf"(?P<d1>\d{{1,2}})(?:hb)? (?P<m1>{_any_of(_MALAY_MONTHS)})\b"
_MS_WHO = r"(?:saya|aku|gue|kami|sudah|dah|udah|telah)"
_MALAY: tuple[Row, ...] = (
    (
        "order",
        "order number",
        r"\b(?:pesanan|order|resi|invoice|tempahan|booking|tracking|transaksi)"
        rf"(?:nya| saya| itu| tu| ni)*(?: adalah| ialah| nombor| nomor|:)? ?#?{_NUMBER}\b",
    ),
    (
        "amount",
        "paid",
        rf"\b{_MS_WHO} (?:sudah |dah |udah |telah )?(?:bayar|beli){_MS_GAP}{{0,25}}?"
        rf"(?:rp\.? ?|rm ?)?{_AMOUNT}",
    ),
    ("date", "ordered on", rf"\b(?:pesan|order|beli|tempah){_MS_GAP}{{0,30}}?{_MS_DATE}"),
    ("date", "ordered on", rf"{_MS_DATE}{_MS_GAP}{{0,15}}?\b(?:pesan|order|beli|tempah)"),
    ("date", "arrived on", rf"\b(?:sampai|tiba|terima|diterima){_MS_GAP}{{0,25}}?{_MS_DATE}"),
    ("date", "arrived on", rf"{_MS_DATE}{_MS_GAP}{{0,15}}?\b(?:sampai|tiba|terima|diterima)"),
)

_VI_GAP = r"(?:(?!\b(?:không|chưa|đòi|đền|hoàn|bồi thường|nhưng)\b)[^.?!;,])"
_VI_DATE = r"\bngày (?P<d1>\d{1,2}) tháng (?P<m1>\d{1,2})\b"
_VI_WHO = r"(?:tôi|anh|chị|em|mình|tui|cô|chú|đã)"
_VIETNAMESE: tuple[Row, ...] = (
    (
        "order",
        "order number",
        r"\b(?:mã|số) (?:đơn hàng|đơn|vận đơn|hóa đơn|đặt chỗ)"
        rf"(?: của (?:tôi|anh|chị|em|mình))?(?: là|:)? ?{_NUMBER}\b",
    ),
    (
        "amount",
        "paid",
        rf"\b{_VI_WHO} (?:đã )?(?:trả|mua|thanh toán|đóng){_VI_GAP}{{0,20}}?{_AMOUNT}",
    ),
    ("date", "ordered on", rf"\b(?:đặt|mua){_VI_GAP}{{0,20}}?{_VI_DATE}"),
    ("date", "ordered on", rf"{_VI_DATE}{_VI_GAP}{{0,12}}?\b(?:đặt|mua)"),
    ("date", "arrived on", rf"\b(?:nhận|giao){_VI_GAP}{{0,20}}?{_VI_DATE}"),
    ("date", "arrived on", rf"{_VI_DATE}{_VI_GAP}{{0,12}}?\b(?:nhận|giao)"),
)

_TH_GAP = r"(?:(?!ไม่|ขอ|คืน|ชดใช้|แต่)[^.?!;])"
_TH_DATE = rf"(?P<d1>\d{{1,2}}) ?(?P<m1>{_any_of(_THAI_MONTHS)})"
_THAI: tuple[Row, ...] = (
    (
        "order",
        "order number",
        r"(?:เลขที่|เลข|หมายเลข|รหัส)(?:ออเดอร์|คำสั่งซื้อ|พัสดุ|ใบสั่งซื้อ|บิล)"
        rf"(?:ของ(?:ผม|ฉัน|หนู|ดิฉัน))?(?:คือ|เป็น)? ?{_NUMBER}",
    ),
    (
        "amount",
        "paid",
        rf"(?:จ่ายไป|จ่ายเงินไป|จ่ายมา|ซื้อมา|ซื้อไป|โอนไป){_TH_GAP}{{0,10}}?{_AMOUNT} ?บาท",
    ),
    ("date", "ordered on", rf"(?:สั่ง|ซื้อ|จอง){_TH_GAP}{{0,12}}?{_TH_DATE}"),
    ("date", "arrived on", rf"(?:ได้รับ|ของมา|ส่งถึง|มาถึง){_TH_GAP}{{0,12}}?{_TH_DATE}"),
)

ROWS: Mapping[str, tuple[Row, ...]] = {
    "id": _MALAY,
    "ms": _MALAY,
    "vi": _VIETNAMESE,
    "th": _THAI,
}
