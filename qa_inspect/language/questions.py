"""Whether a sentence asks something: by its mark, its particle, or the words it begins with.

Recognisers often leave question marks out, so the words decide too: "can I", 吗 and 能不能, apakah
and -kah, ke and tak, không and chưa at the end, ไหม and หรือเปล่า. English, Chinese in both scripts,
Indonesian, Malay, Vietnamese and Thai are known; in other languages only the mark tells. Where no
language is told, the script decides between Chinese, Thai and English.

A question that is only reported ("I know what you mean") is none, nor is what begins like one and
tells ("what I can do is …", 什么时候都可以, "bila-bila masa", "lúc nào cũng được", ใครก็ได้). These
are rules on a few words: a question told by the voice alone is missed. This module does not know
rubrics or calls.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import regex

from qa_inspect.language.chinese_script import one_script
from qa_inspect.language.tokens import table_language

_MARK = regex.compile(r"[?？]")

_EN_ASKED = (
    "i|you|we|they|he|she|it|that|this|there|these|those|the|your|my|our|his|her|their|any|anyone|"
    "anybody|anything|somebody|someone|everything|everyone|all"
)
_EN_LEAD = (
    r"(?:(?:and|so|but|okay|ok|right|all right|well|now|sorry|great|yes|no|um|uh|hi|hello|sir|"
    r"madam|please|then|or|thank you|perfect|excuse me|also|maybe|of course|thanks)[ ,]+){0,3}"
)
_EN_SUBJECT = (
    "i|you|we|they|he|she|it|that|this|these|those|the|your|our|my|his|her|their|an?|people|"
    "customers"
)
_ID_WHAT = (
    "siapa|kapan|dimana|di mana|kemana|ke mana|darimana|dari mana|bagaimana|gimana|mengapa|kenapa|"
    "berapa|ada apa|yang mana"
)
_VI_END = r"(?: (?:ạ|vậy|thế|nhỉ|hả|em|anh|chị|cô|chú|bác|bạn|nhé))*"
_TH_END = r"(?: ?(?:ครับ|ค่ะ|คะ|จ๊ะ|จ้ะ|นะ|ฮะ|ล่ะ|เนี่ย|น่ะ|ครับผม))*"

_ASKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            rf"^{_EN_LEAD}(?!do (?:it|that|this)\b)"
            rf"(?:can|could|would|will|shall|should|may|might|must|do|does|did|is|are|"
            rf"was|were|am|have|has|had)(?:n't| not)? (?:{_EN_ASKED})\b",
            rf"^{_EN_LEAD}(?:may|can|could|shall|do|did|have|am|should) i\b",
            rf"^{_EN_LEAD}(?!which (?:is|was) (?:why|what|how|when|where)\b)"
            r"(?:what|how|why|when|where|who|whom|whose|which)(?:'s|'re| about| else|"
            r" kind| type| sort| time| day| number| one| many| much| long| often| far| soon| come|"
            r" \w+ \w+)? ?(?:is|are|am|was|were|do|does|did|can|could|would|will|shall|should|may|"
            r"have|has|had|seems|happened|happens|went|exactly|about|'s)\b",
            rf"^{_EN_LEAD}(?:what|how|why|when|where|who|which one|how come|how so)$",
            r"\b(?:isn't|aren't|wasn't|weren't|don't|doesn't|didn't|haven't|hasn't|won't|wouldn't|"
            r"can't|couldn't) (?:it|you|they|we|i|he|she|that|there)$",
            r"\b(?:is that|am i|is this|have i got that|would that be) (?:right|correct|okay|"
            r"ok|fine|all right)$",
            r"(?:[,;] ?|\b(?:and|or|but|so) )(?:can|could|would|will|do|does|did|may|shall|should|"
            r"is|are|have) (?:you|i|we|they|there)\b(?! (?:have|are|can|will|get|want|do|need)$)",
            r"(?:^|[,;] ?)(?:what|how) about\b",
            r"[,;] ?(?:what|which|where|when|how|who) (?:\w+ ){0,2}"
            r"(?:do|does|did|is|are|would|should|can) (?:you|i|we|they|it|the|this|that)\b",
            rf"^{_EN_LEAD}(?:what|which|how) (?:\w+ ){{1,3}}(?:do|does|did|would|should|can|will) "
            r"(?:you|i|we|they|it|the|this|that)\b",
            r"^(?:\S+ ){3,}(?<!(?:\b(?:is|are|was|am|be|all|not|you)|'s|'re) )(?:right|correct)$",
            r"[ ,](?:or not|you know what i mean)$",
            rf"^{_EN_LEAD}(?:anything|something|anyone) (?:else|more|further)\b",
            rf"^{_EN_LEAD}(?:any|no) (?:other|more|further) (?:questions?|concerns?|problems?)",
            rf"^{_EN_LEAD}(?:what|which)(?! an?\b) \w+ (?:is|are|was|were|has|have) "
            r"(?:it|that|this|there|you|he|she|they|the|your|those|these)\b",
            rf"^{_EN_LEAD}which (?:one |ones )?of (?:\w+ ){{1,4}}"
            r"(?:is|are|was|were|do|does|did|has)\b",
            rf"^{_EN_LEAD}how (?:many|much|often|long|far|soon|old)(?! (?:{_EN_SUBJECT})\b)"
            r"(?: \w+){0,4} (?:is|are|was|were|do|does|did|can|will|would|has|have)\b",
            r"^(?:when|once|if) you(?: \w+){1,5} (?:will|can|could|would|do|did|are) you\b",
        ),
        "zh": (
            "(?:吗|嗎|么|麼|没有|沒有|不|吧|呢)(?:啊|呀|呐|哦|喔)?$(?<!要不|什么|什麼|怎么|怎麼|这么|這麼|"
            "那么|那麼|还没有|還沒有|好吧|行吧|算了吧|可以吧|就这样吧|还不|我不|也没有|也沒有|都没有|都沒有)",
            r"(\w)[不没沒]\1|(?:是|有|能|会|會|要|可|行|好|对|對|需)(?:不|没|沒)(?:是|有|能|会|會|要|可以|行|"
            "好|对|對|需要)|方便不方便|清楚不清楚",
            "(?<!没|沒|不管|无论|無論|不论|不論|随便|隨便|知道|明白|不|都)(?:什么|什麼|甚麼|怎么样|怎麼樣|怎么|怎麼|"
            "为什么|為什麼|为啥|為啥|咋|谁|誰|哪里|哪裡|哪儿|哪兒|哪个|哪個|哪些|哪位|哪天|哪家|哪边|如何|何时|何時|"
            "几点|幾點|几个|幾個|几号|幾號|几天|幾天|几位|幾位|多少(?!有[点點些])|多久|多大|啥)(?!都|也)",
            "[吗嗎](?!啡)|是否(?!则)|呢(?:女士|先生|您|亲|親)*$",
            "请问(?!题)|請問(?!題)|难道|難道|有没有|有沒有",
        ),
        "id": (
            r"\bapakah\b|\b\w+kah\b(?<!\b(?:langkah|berkah|sedekah|nikah|menikah|pernikahkah))",
            r"^(?!(?:\S+ ){0,3}(?:tidak|nggak|gak|enggak|belum) (?:tahu|tau|ngerti|paham)\b)"
            rf"(?:\S+ ){{0,4}}(?:{_ID_WHAT})\b(?! pun\b)",
            r"^(?:\S+ ){0,2}apa (?:yang|ada|boleh|bisa|benar|sudah|masih|perlu|betul|saja|itu|"
            r"ini)\b",
            r"\b(?:atau|apa) (?:tidak|nggak|gak|enggak|belum)$|"
            r"\b(?:bisa|boleh|ada|benar|betul|sudah|jadi|mau)(?: \S+){0,5} (?:tidak|nggak|gak|ga|"
            r"enggak|belum)(?: ya| kak| pak| bu| mas| mbak)*$",
            r"^(?:\S+ ){0,3}(?:boleh|bisa|dapatkah|mohon boleh) (?:saya|minta|tahu|dibantu|tolong|"
            r"kami|disebutkan|bapak|ibu|kakak|saya minta)\b",
            r" (?:kan|ya kan|bukan|betul|benar)(?: (?:ya|kak|pak|bu|mas|mbak))*$",
            r"\b(?<!\b(?:tahu|tau|ngerti|mengerti|ingat) )"
            r"(?:apa|gimana|kenapa|berapa|siapa|mana)(?: (?:ya|kak|pak|bu|mas|mbak|sih|nih))*$",
        ),
        "ms": (
            r"\b(?:adakah|apakah|siapakah|bilakah|bagaimanakah|mengapakah|berapakah|bolehkah|"
            r"dapatkah|betulkah|benarkah)\b|\b\w+kah\b(?<!\b(?:langkah|berkah|nikah|sedekah))",
            r"^(?!bila (?:dah|sudah|telah|saya|kami)\b)(?:\S+ ){0,4}(?:siapa|bila|di mana|"
            r"dimana|ke mana|dari mana|bagaimana|macam mana|"
            r"mcm mana|mengapa|kenapa|berapa|yang mana|apa (?:yang|ada|boleh|masalah|lagi|nama))\b"
            r"(?! pun\b)",
            r"^(?:\S+ ){0,3}(?<!\b(?:tak|tidak|bukan) )ada (?:apa-apa|apa apa|apa2|lagi)\b",
            r"(?<!^)(?<!^(?:tak|saya|kami|ya) )\b(?:ke|tak|kah|ke tak|ke tidak|atau tidak|belum|"
            r"kan|betul tak|boleh tak)"
            r"(?: (?:ya|encik|puan|cik|tuan|abang|kak|bang))*$",
            r"^(?:\S+ ){0,3}boleh (?:saya|minta|tahu|beri|bagi|encik|puan|cik|kami|sebutkan)\b",
            r"\b(?:apa|mana|siapa|berapa|kenapa)(?: (?:ya|encik|puan|cik|tu|ni))*$",
        ),
        "vi": (
            # "dạ em chưa ạ" answers
            r"^(?!(?:(?:dạ|vâng|ừ|à|ờ|thôi) )*(?:(?:em|tôi|anh|chị|mình|cô|chú|bác|con|cháu) )?"
            r"(?:không|chưa)(?: (?:ạ|có|em|anh|chị|nhé))*$).*"
            rf"\b(?:không|chưa|à|hả|chứ|chăng|nhỉ|phải không|được không){_VI_END}$"
            r"(?<!\b(?:thì không|là không))",
            r"\b(?:tại sao|vì sao|làm sao|thế nào|như thế nào|ra sao|bao nhiêu|bao lâu|bao giờ|"
            r"khi nào|lúc nào|ở đâu|đâu rồi|mấy giờ|cái gì|điều gì|việc gì|chuyện gì|"
            r"gì (?:vậy|thế|nữa không)|có phải|có thể cho|cho (?:em|mình|tôi) hỏi|"
            r"phải chăng)\b",
            r"\bgiúp (?:được )?gì\b(?!.*\bđâu\b)",
            r"\b(?<!\b(?:không (?!biết|rõ)|chưa|chẳng|chả|đừng|đâu có)[^,.]{0,40})"
            rf"(?:gì|nào|ai|đâu|mấy|sao){_VI_END}$",
            r"^(?:dạ |vâng |thế |vậy |à )*(?:ai|sao|mấy|đâu) ",
        ),
        "th": (
            f"(?:ไหม|มั้ย|มั๊ย|หรือเปล่า|รึเปล่า|หรือป่าว|รึยัง|หรือยัง|หรือไม่|เหรอ|หรอ|ใช่ไหม|ใช่มั้ย|"
            f"ได้ไหม|ได้มั้ย|หรือ|ไง|ป่ะ|ปะ){_TH_END}$",
            "(?:ไหม|มั้ย|หรือเปล่า|รึเปล่า|หรือยัง)(?:ครับ|ค่ะ|คะ)",
            "(?<!อย่าง|ไม่ว่า)(?:ทำไม|เมื่อไหร่|เมื่อไร|เท่าไหร่|เท่าไร|ที่ไหน|ตรงไหน|อันไหน|ใคร(?!ก็)|อย่างไร(?!ก็)|"
            "ยังไง(?!ก็)|กี่(?:โมง|วัน|บาท|คน|ครั้ง|ชิ้น|นาที|เดือน|ปี))",
            f"(?<!ไม่มี|ไม่เป็น|ไม่ได้มี)อะไร(?:บ้าง|คะ|ครับ|เหรอ|ไหม|อยู่){_TH_END}|"
            f"(?<!ไม่มี|ไม่เป็น)(?:อะไร|ไหน){_TH_END}$",
            "(?:ขอทราบ|สอบถาม(?:ว่า|ได้)|รบกวนขอทราบ)",
            "^อะไร(?!ก็|ประมาณ|แบบ|ทำนอง|ต่าง)",
        ),
    }
)

_ZH_WHICH = "什么时候|什么|几号|几个|哪天|哪里|哪儿|哪个|哪家|哪边|谁|多少|几点|何时"
_VI_WHICH = (
    "khi nào|lúc nào|bao giờ|như thế nào|thế nào|bao nhiêu|bao lâu|ở đâu|mấy giờ|ra sao|đâu|ai|gì|"
    "nào"
)
_TH_WHICH = "เมื่อไหร่|เมื่อไร|เท่าไหร่|เท่าไร|ที่ไหน|ตรงไหน|อันไหน|วันไหน|แบบไหน|ใคร|อะไร|ยังไง|อย่างไร"

# stretches that sound like asking and tell; what stands beside them decides ("…都可以吗" asks)
_TELLS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            rf"(?<=^{_EN_LEAD})(?:what|how|why|where|who|which)(?= (?:{_EN_SUBJECT})\b)",
            rf"(?<=^{_EN_LEAD})what(?:'s| has| had| is| usually| normally| often)? "
            r"(?:happen(?:ed|s|ing)|went wrong|gone wrong|matters|counts)"
            r"(?: here| there| then| next| now)? (?:is|was)\b",
        ),
        "zh": (
            f"(?:{_ZH_WHICH})[^，,。]{{0,6}}?[都也](?=可以|行|能|一样|好|成|会|得|有|没|不|是)",
            "(?:怎么[^还会没不，]?|咋)都(?=行|可以|好|成|一样)",
            f"({_ZH_WHICH})[^，,。]{{0,5}}就\\1",
            "怎么(?!回事|会|还|没|不|办|又)[^，,。]{1,4}就?怎么(?!还|会|没|不|又|办|样|回事)",
            f"任何|[这那][就也]是(?:为什么|怎么|{_ZH_WHICH})",
            "(?:我|我们|这边)(?:已经|大概|都|也)?(?:知道|明白|清楚)[^，,。]{0,3}(?:为什么|怎么|"
            f"{_ZH_WHICH})",
            f"(?:查|看|解释|说明)(?:看|看看|一下|下|看一下)(?:到底)?是?(?:为什么|怎么|{_ZH_WHICH})",
            "有(?:什么|任何)[^，,。吗]{1,8}?(?=随时|尽管|欢迎|再(?:联系|打|来|找|问|说|拨|致电|反馈|跟|和|给我))",
        ),
        "id": (
            r"\bapa yang (?:\S+ ){0,6}?(?:adalah|ialah|yaitu|yakni)\b",
            r"\bapa yang (?:\S+ ){1,3}(?:ini|itu|tadi|tersebut) "
            r"(?=(?:juga|memang|sudah|akan|bisa|sangat|tidak)\b)",
            r"\bapa yang (?:bapak|ibu|kakak|pak|bu|kak) \S+ (?=(?:sudah|akan) (?:saya|kami)\b)",
            r"\b(?:siapa|kapan|di ?mana|ke ?mana|yang mana|mana|berapa) (?:saja|aja|pun)(?! yang\b)"
            r"(?=(?: \S+){0,3} (?:boleh|bisa|dapat|tetap|oke)\b)",
            r"\b(?<=\b(?:jelaskan|jelasin|tunjukkan|tunjukin|cari tahu|cek|lihat|ajarkan|pandu) "
            rf"(?:dulu )?)(?:{_ID_WHAT})\b",
        ),
        "ms": (
            r"\bapa yang (?:\S+ ){0,6}?(?:adalah|ialah|iaitu)\b",
            r"\bapa yang (?:encik|puan|cik|tuan) \S+ (?=(?:saya|kami) (?:dah|sudah|akan)\b)",
            r"\b(bila|siapa|mana)[- ]\1\b",
            r"^bila [^,]{3,60},(?= (?!(?:encik|puan|cik|tuan|kak|abang|ya)\b))",
            r"\b(?<=\b(?:tak|tidak|belum|kurang) (?:tahu|tau|pasti|faham|ingat) )"
            r"(?:siapa|bila|di mana|bagaimana|macam mana|kenapa|mengapa|berapa|apa)\b",
            r"\b(?<=\b(?:terangkan|tunjukkan|semak|check|tengok|ajar) (?:dulu )?)"
            r"(?:siapa|bila|di mana|bagaimana|macam mana|kenapa|mengapa|berapa)\b",
        ),
        "vi": (
            rf"\b(?:{_VI_WHICH})\b(?=[^,.]{{0,30}}\bcũng\b)|^(?:(?:dạ|vâng|thì) )*sao(?= cũng\b)",
            r"^(?:(?:dạ|vâng|thế|vậy) )*(?:khi nào|bao giờ|lúc nào|chừng nào)"
            r"(?=(?: (?!thì|bên|vậy)\S+){1,8} (?:(?:thì )?(?:em|bên em) (?:sẽ |mới )?"
            r"(?:báo|gọi|nhắn|liên hệ|giao|gửi)|thì (?:em|bên em|mình|anh|chị|sẽ|cứ)|"
            r"(?:anh|chị|mình|bác|cô|chú|bạn) (?:cứ|nhớ|hãy))\b)",
            rf"\b(?:dù|cho dù|bất kể|bất cứ)(?: \S+){{0,2}}? (?:{_VI_WHICH}|sao)\b",
            r"\b(?<=\b(?:em|tôi|mình|bên em) (?:cũng )?(?:không|chưa|chẳng) (?:biết|rõ|hiểu|nhớ) "
            rf"(?:là |rõ )?)(?:tại sao|vì sao|làm sao|{_VI_WHICH})\b",
            r"\b(?<=\b(?:kiểm tra|xem|tìm hiểu) (?:xem |lại )?)(?:tại sao|vì sao)\b",
        ),
        "th": (
            rf"(?:{_TH_WHICH})(?=\S{{0,12}}ก็)|ไม่ว่า(?:จะ|เป็น)*(?:{_TH_WHICH})",
            "^ยังไง(?=เดี๋ยว|ถ้า|ทาง|ขอ|รบกวน|ฝาก|หาก|ผม|ดิฉัน|หนู|ลอง|พรุ่งนี้|วันนี้)",
            rf"(?<=ไม่(?:รู้|แน่ใจ)(?:เหมือนกัน)?(?:ว่า)?)(?:ทำไม|{_TH_WHICH})|"
            "(?<=(?:ไม่ทราบ(?:เหมือนกัน)?|ตรวจสอบให้|เช็คให้|ดูให้)ว่า)ทำไม",
            r"(?<=(?:ถ้า|หาก|พอ)\S{1,20})(?:เมื่อไหร่|เมื่อไร)(?=(?:จะ|เดี๋ยว|ทาง|ผม|ดิฉัน|หนู|แล้ว))",
        ),
    }
)


@functools.lru_cache(maxsize=16_384)
def asks(sentence: str, language: str) -> bool:
    """Whether one sentence is a question. ``language`` is a code such as ``en`` or ``zh-TW``."""
    if _MARK.search(sentence):
        return True
    table = table_language(language, sentence)
    asking = _asking(table)
    plain = _plain(sentence)
    if table == "zh":
        plain = one_script(plain)
    if asking is None or asking.search(plain) is None:
        return False
    told = _telling(table).sub("that" if table == "en" else "", plain)
    return told == plain or asking.search(told.strip()) is not None


def _plain(sentence: str) -> str:
    folded = unicodedata.normalize("NFC", sentence).lower().replace("’", "'").replace("‘", "'")
    return folded.strip(" .!,;:…。！，；、\"'")


@functools.cache
def _asking(language: str) -> regex.Pattern[str] | None:
    patterns = _ASKS.get(language)
    return None if patterns is None else _either(patterns)


@functools.cache
def _telling(language: str) -> regex.Pattern[str]:
    return _either(_TELLS[language])


def _either(patterns: Iterable[str]) -> regex.Pattern[str]:
    return regex.compile("|".join(f"(?:{pattern})" for pattern in patterns))
