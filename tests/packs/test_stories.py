"""A story that changes between calls is noticed in all six languages."""

from __future__ import annotations

import pytest

from qa_inspect.rubric.stated_facts import FactKind, contradictions, stated_facts

KINDS: tuple[FactKind, ...] = ("order", "amount", "date")


@pytest.mark.parametrize(
    ("language", "before", "now", "about"),
    [
        ("id", "Saya bayar dua ratus ribu.", "Saya sudah bayar Rp900.000 kok.", "paid"),
        ("id", "nomor pesanan saya tujuh tujuh dua satu", "pesanan 99812", "order number"),
        ("id", "saya pesan tanggal dua Mei", "tanggal 20 Mei saya pesan", "ordered on"),
        ("ms", "Saya bayar dua ratus ringgit.", "saya dah bayar RM900", "paid"),
        ("ms", "parcel sampai 3 Julai", "sampai dua belas Julai", "arrived on"),
        ("vi", "tôi trả hai trăm nghìn", "tôi đã trả 900.000 đồng", "paid"),
        ("vi", "mã đơn của tôi là bảy bảy hai một", "mã đơn hàng 99812", "order number"),
        ("vi", "tôi nhận ngày ba tháng năm", "ngày 12 tháng 5 tôi nhận", "arrived on"),
        ("th", "จ่ายไปสองร้อยบาท", "จ่ายไปเก้าร้อยบาท", "paid"),
        ("th", "เลขออเดอร์เจ็ดเจ็ดสองหนึ่ง", "เลขออเดอร์ 99812", "order number"),
        ("th", "สั่งวันที่สิบสองพฤษภาคม", "สั่งวันที่ 20 พฤษภาคม", "ordered on"),
    ],
)  # fmt: skip
def test_another_value_is_a_contradiction(language: str, before: str, now: str, about: str) -> None:
    odd = contradictions(stated_facts([now], language), stated_facts([before], language), KINDS)
    assert [one.now.about for one in odd] == [about]


@pytest.mark.parametrize(
    ("language", "before", "now"),
    [
        ("id", "saya bayar dua ratus ribu", "saya sudah bayar 200.000"),
        ("id", "saya bayar dua ratus ribu", "saya minta dibayar lima juta"),
        ("ms", "saya bayar dua ratus ringgit", "saya dah bayar RM200"),
        ("ms", "order saya 55512", "order 55512 lagi"),
        ("vi", "tôi trả hai trăm nghìn", "tôi trả 200.000"),
        ("vi", "tôi trả hai trăm nghìn", "đền tôi năm triệu"),
        ("th", "จ่ายไปสองร้อยบาท", "จ่ายไป 200 บาท"),
        ("th", "จ่ายไปสองร้อยบาท", "ขอค่าเสียหายห้าหมื่นบาท"),
    ],
)
def test_the_same_value_or_a_demand_is_none(language: str, before: str, now: str) -> None:
    facts = stated_facts([now], language), stated_facts([before], language)
    assert facts[1] and not contradictions(*facts, KINDS)
