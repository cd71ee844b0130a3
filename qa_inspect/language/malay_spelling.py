"""Everyday Indonesian and Malay spellings, and the written form each stands for.

Both languages are spoken one way and written another: "nggak", "gak" and "tak" are "tidak",
"udah" is "sudah". A recogniser writes now what it hears and now the written form, so a phrase would
have to list every pair. Only words that mean nothing else in the other languages of a call are
here. This module does not know sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SPELLINGS = {
    "tidak": "nggak enggak engga ngga gak ga gk kagak ndak tdk tak",
    "tidak ada": "takde takda takada gaada",
    "tidak apa": "takpe takpa",
    "tidak bisa": "gabisa",
    "tidak boleh": "takleh takboleh",
    "tidak mau": "gamau",
    "tidak nak": "taknak",
    "tidak tahu": "gatau gatahu taktau",
    "sudah": "udah udh sdh dah",
    "belum": "belom blm",
    "bagaimana": "gimana gmn",
    "macam mana": "camne camana camner cemana",
    "kenapa": "napa nape",
    "begitu": "gitu",
    "begini": "gini",
    "saja": "aja",
    "memang": "emang",
    "pakai": "pake",
    "kalau": "kalo klo",
    "terus": "trus",
    "benar": "bener",
    "tahu": "tau",
    "mengerti": "ngerti",
    "ingin": "pengen pingin pengin kepengen",
    "cuma": "cuman",
    "banget": "bgt",
    "yang": "yg",
    "dengan": "dgn",
    "untuk": "utk",
    "jangan": "jgn",
    "orang": "org",
    "terima kasih": "makasih makasi terimakasih trimakasih",
    "maaf": "maap",
    "silakan": "silahkan",
    "tolong": "tlg",
    "nomor": "nomer",
    "telepon": "telpon telfon",
    "okay": "oke okey okeh",
    "sampai": "sampe",
    "dapat": "dapet",
    "dengar": "denger",
    "datang": "dateng",
    "hilang": "ilang",
    "cepat": "cepet",
    "kemarin": "kemaren",
    "teman": "temen",
    "senang": "seneng",
    "saja lah": "ajalah",
    "macam": "mcm",
}
WRITTEN_FORMS: Mapping[str, str] = MappingProxyType(
    {spelling: form for form, spellings in _SPELLINGS.items() for spelling in spellings.split()}
)
"""The written form of an everyday spelling, both in lower case."""
