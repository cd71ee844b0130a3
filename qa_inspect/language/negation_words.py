"""The words that deny, language by language: tables for ``negation`` and nothing else.

Every table is written in the order in which it is read:

- ``not_denial``: pieces that hold a word of denial and deny nothing ("not only", 不过, "why don't
  you"). They are blanked out first.
- ``breaks``: where a clause ends, besides punctuation: words of contrast and of a new sentence.
  What is denied before a break is not denied after it.
- ``starts``: where another clause begins without any such word, at its subject: the consequence of
  a condition ("if you don't pay I will sue"), or what is simply said next. They begin a clause also
  where the thing itself begins. After a word of saying or thinking none does ("I don't think I
  will sue").
- ``before``: words that deny what follows within ``reach`` words (letters in Chinese and Thai).
- ``after``: what denies the thing right after it was named ("生气倒没有").

Patterns are matched on lower-case text with plain apostrophes. This module does not know hits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_EN_SUBJECT = (
    "i|you|he|she|it|we|they|this|that|there|the|my|your|his|her|our|their|these|those|nobody|"
    "everyone|everybody|somebody|someone"
)
_EN_SHORT = (
    "do|does|did|is|are|was|were|has|have|had|ca|could|wo|would|should|must|need|ai|might|sha"
)


_EN_SAYING = (
    "think|thinks|thought|say|says|said|saying|mean|means|meant|meaning|believe|feel|know|knew|"
    "claim|claimed|hope|suppose|guess|expect|imply|suggest|sure|certain|imagine|see|that|like|why|"
    "how|what|when|whether|where|who|which|reason|way|chance|case|something|anything|everything|"
    "nothing|because|if|than|as|promise|promised|agree|agreed|admit|wish|afraid|aware|convinced|"
    "unless|and|or|but|nor|not|never|until|till|before|once"
)
_EN_NOT_AFTER = (
    rf"(?<!\b(?:{_EN_SAYING}) )(?<!\b(?:told|tell|telling|said to|say to) "
    r"(?:you|him|her|them|us|me|anyone|anybody) )"
)
_ID_SAYING = (
    "bilang|berkata|kata|katakan|ngomong|omong|sebut|pikir|kira|rasa|merasa|bahwa|berarti|artinya|"
    "maksud|maksudnya|yakin|menyangka|cakap|fikir|bahawa|maksudkan|kalau|kalo|jika|bila|yang|"
    "kepada|sama|ke|dari|daripada|untuk|buat|bagi|oleh|dengan|pada|hubungi|telepon|bikin|membuat|"
    "suruh|dan|atau|tidak|tak|nggak|gak|ga|bukan|belum|jangan"
)
_TH_SELF = "ผม|ดิฉัน|ฉัน|หนู|เรา|พี่|กู"
_TH_NOT_AFTER = "(?<!บอก|ว่า|คิด|พูด|ให้|กับ|ของ|แก่|หา|ติดต่อ|ทำ|ถ้า|หาก|ไม่|และ|หรือ)"
_VI_SELF = "tôi|tui|tao|mình|em|anh|chị|con|cháu|cô|chú|bác|chúng tôi|bọn tôi|bên tôi"
_VI_SAYING = (
    "nói|bảo|nghĩ|rằng|thấy|tin|là|cho|của|với|gọi|báo|giúp|hỗ trợ|để|làm|khiến|bắt|ép|mời|chọc|"
    "trêu|liên hệ|nếu|mà|phía|bên|và|hay|hoặc|như|vì|không|chưa|chẳng|đừng|ý|nghĩa|hiểu|biết|dạ"
)
_VI_NOT_AFTER = rf"(?<!\b(?:{_VI_SAYING}) )"


@dataclass(frozen=True, slots=True)
class NegationTable:
    """One language's words; see the module. ``spaced`` says whether blanks part its words."""

    not_denial: tuple[str, ...]
    breaks: tuple[str, ...]
    starts: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    reach: int
    spaced: bool = True


ENGLISH = NegationTable(
    not_denial=(
        r"\bnot (?:only|just|merely|simply|to mention|to say|half)\b",
        r"\b(?:is|are|was|were|do|does|did)(?:n't| not) (?:only|just|merely|simply)\b",
        r"\bno (?:doubt|wonder|question|matter|sooner|thanks|thank you|problem|worries)\b",
        # "I don't understand why I am charged" says that there is a charge
        rf"\b(?:(?:{_EN_SHORT})n't|not|never) (?:really |even |quite )?"
        r"(?:know|understand|see|get|believe|imagine|explain|forget|realise|realize) "
        r"(?:why|how|what|when|where|who|that)\b",
        r"\b(?:ca|could)n't (?:be|get|feel) (?:any )?more\b",
        r"\b(?:can ?not|ca n't|can't|could not|couldn't) (?:be|get|feel) (?:any )?more\b",
        r"\b(?:can't|can ?not|could not|couldn't) (?:help|stop|wait|believe)\b",
        r"\bnever been (?:so|more|this)\b",
        r"\bnever (?:so|more)\b",
        r"\bnot until\b",
        # "why don't you", "aren't you angry?": asked, not denied
        rf"\bwhy (?:not|will not|can not|(?:{_EN_SHORT})(?:n't| not))\b",
        rf"(?:^|(?<=[.,;!?]\s)|(?<=\b(?:so|and|but|well|okay|or|then)\s))"
        rf"(?:{_EN_SHORT})n't (?:{_EN_SUBJECT})\b",
        # "no, I am" heard without its comma
        rf"\bno(?= (?:no|not|never|{_EN_SUBJECT}|please|but|wait|okay|so|well|because)\b)",
        r"\bor not\b",
        r"\bif not\b",
    ),
    breaks=(
        r"\b(?:but|however|although|though|yet|because|since|except|unless|whereas|"
        r"otherwise|anyway|until|when|while|or else|that is why|therefore)\b",
        r"(?<!\b(?:know|sure|certain|see|decided) )\bif\b",
        rf"\b(?:and|so|or|then) (?={_EN_SUBJECT}\b)",
        r"\band (?:then|now)\b",
        r"\b(?:just|only|simply)\b(?= (?:i|we|want|need|please|give|tell))",
    ),
    starts=(
        rf"{_EN_NOT_AFTER}\b(?:i|we)\b(?=(?:'ll|'m|'re|'d| am| are| will| shall| want|"
        r" demand| need| would| must| have to| might| may| insist)\b)",
        r"\b(?:i|we|he|she|they|(?:my|our) \w+)\b(?<=\b(?:if|unless|in case)\b[^.!?]{3,120}"
        rf"{_EN_NOT_AFTER}\b(?:i|we|he|she|they|(?:my|our) \w+))(?= \w|')"
        # "not paid my money": owned things begin a clause only where they do something
        r"(?:(?<!\b(?:my|our) \w+)|(?= (?:will|is|are|would|shall)\b))",
    ),
    before=(
        r"\b(?:not|never|neither|nor|hardly|barely|scarcely|without|nobody|nothing|none|no one|"
        r"nowhere|cannot|rather than|instead of|far from|anything but|by no means)\b",
        rf"\b(?:{_EN_SHORT})n't\b",
        r"\b(?:dont|doesnt|didnt|isnt|arent|wasnt|werent|hasnt|havent|hadnt|couldnt|wouldnt|"
        r"shouldnt|cant|wont|aint)\b",
        r"\bno\b(?! (?:one)\b)",
    ),
    after=(
        r"^\s*[?,.!–—-]+\s*(?:oh |well |er |um )?(no(?=\s*(?:[,.!?]|$))|not at all|not really|"
        r"not me|never(?=\s*(?:[,.!?]|$)))",
        r"^(?: \w+){0,2} (?:is|was|am|are) (not) (?:what|the (?:word|case|right word)|true)\b",
        r"^(?: \w+){0,2} (?:is|was)(n't) (?:what|the (?:word|case|right word)|true)\b",
    ),
    reach=6,
)

CHINESE = NegationTable(
    not_denial=(
        "不(?:但|仅|僅|只|光|单|單|止)(?:是)?|不(?:过|過|管|论|論|料|愧|时|時|断|斷|久|同|然|如|妨|禁|由得|免得)",
        "不得不|不能不|不会不|不會不|不可不|不是不|没有不|沒有不|没法不|无不|無不|莫不",
        "不好意思|不客气|不客氣|不用谢|不用謝|不要紧|不要緊|不至于吧|不至於吧|不知不觉|不知不覺|了不起|"
        "来不及|來不及|对不起|對不起|差不多|不得了|受不了|忍不住|忍无可忍|忍無可忍|不可理喻|不耐烦|不耐煩|"
        "不满|不滿|不爽|不公平|不像话|不像話|不行|不负责任|不負責任|非.{1,4}不可",
        # 为什么不, 怎么不, 难道不, 要不要, 是不是: asked, not denied
        "(?:为什么|為什麼|为啥|為啥|怎么|怎麼|干嘛|幹嘛|何|凭什么|憑什麼|难道|難道|岂|豈)(?:就)?"
        "(?:还|還)?(?:都)?(?:不|没有|沒有|没|沒|别)(?:是|能|会|會)?",
        r"(\w)[不没沒]\1",
        "(?:不是|没有|沒有|没|沒|不)(?=[^，,。！!；;？?]{1,14}(?:吗|嗎|嘛))|(?:谁|誰|哪能|哪會|哪会)不",
        "要不(?:然|是)?|莫非|无论|無論|无非|無非|除非|并非没有|並非沒有",
        "(?:没有|沒有|没|沒)(?:想到|问题|問題|关系|關係|事|错|錯)",
        "别(?:人|的|家|处|處)|特别|分别|区别|级别|性别|個別|个别|特別|分別|區別|告别|告別",
        "未(?:来|來|必)|无(?:线|線)",
        # 没有没有, said as an answer
        r"(没有|沒有|不是|不|没|沒)\2+",
        # what is not known is there all the same
        "不(?:知道|明白|懂|理解|清楚|晓得|曉得)(?:你们|你們|你|您|他们|他們|他|她)?"
        "(?:为什么|為什麼|为啥|為啥|怎么|怎麼|什么|什麼|哪|谁|誰|多)",
        "(?:不|没|沒)(?:相信|想到)",
    ),
    breaks=(
        "但是|但|可是|不过|不過|然而|只是|只不过|只不過|反而|而是|却|卻|而且|因为|因為|所以|因此|如果|要是|"
        "虽然|雖然|才会|才會|的时候|的時候|就是|其实|其實|结果|結果|然后|然後|还是|還是",
    ),
    starts=(
        "(?<![说說讲講是想得为為认認给給帮幫对對跟和把被替让讓叫与與向连連怪懂])(?<!表示|意思|意味着|意味著|证明|證明)"
        "我(?:们|們)?(?=会|會|要|就|很|是|想|才|也|真|必|一定|肯定|马上|馬上|立刻|立马|立馬|直接|只能|只好|去|得|将|將)",
        "(?<![说說讲講是想得为為认認给給帮幫对對跟和把被替让讓叫与與向连連怪懂])我(?:们|們)?"
        "(?<=(?:如果|要是|假如|倘若|若|再不|再没|再沒|万一|萬一)[^。！？!?]{1,40}我(?:们|們)?)",
        "(?<![不没沒我])就(?![这這此那是])|的话|的話|那(?=我|就)",
    ),
    before=(
        "不是|没有|沒有|并非|並非|绝非|絕非|从来没|從來沒|从未|從未|谈不上|談不上|不至于|不至於|没|沒|不|"
        "别|勿|未|无|無|非(?!常|要|得)|甭|毫无|毫無|决不|決不",
    ),
    after=(
        "^[，,。？?!！ ]*(?:倒|也|可|真|并|並|那倒|这倒|這倒)+(?:是)?"
        "(?:没有|沒有|不是|不会|不會|不至于|不至於|没|沒|不)",
        "^[，,。？?!！ ]*(?:是|都|还|還|倒|也)?(?:谈不上|談不上|不至于|不至於|算不上)",
        "^(?:了|过|過)?(?:吗|嗎|呀|啊|嘛)?[，,？?。!！ ]+(?:没有|沒有|不是|不会|不會|没|沒|不)"
        "(?=[，,。!！吧啦的啊呀 ]|$)",
    ),
    reach=8,
    spaced=False,
)

_MALAY_FAMILY_REASON = "kenapa|mengapa|apa sebab|napa"


def _malay_family_starts(next_words: str) -> tuple[str, ...]:
    """``starts`` of Indonesian and Malay; ``next_words`` show that a pronoun is a subject."""
    self, saying = "saya|aku|gue|gua|kami|kita|ane", _ID_SAYING
    condition = "kalau|kalo|klo|kalu|jika|jikalau|bila|apabila|andai|misal|sekiranya"
    return (
        rf"(?<!\b(?:{saying}) )\b(?:{self})\b(?= (?:{next_words})\b)",
        rf"\b(?:{self})\b(?<=\b(?:{condition})\b[^.!?]{{3,120}}(?<!\b(?:{saying}) )\b(?:{self}))"
        r"(?= \w)",
        rf"\b(?:{self})\b(?<=\b(?:di|ter)\w{{3,}} (?:{self}))(?= \w)",
        rf"\b(?:ya|mending|lebih baik|yaudah|yasudah|terpaksa)\b(?= (?:{self})\b)|\bmaka\b",
    )


INDONESIAN = NegationTable(
    not_denial=(
        r"\b(?:tidak|bukan|gak|nggak|enggak|ga|tak) (?:hanya|cuma|saja|sekadar|sekedar|semata)\b",
        r"\bbukannya\b|\b(?:tidak|gak|nggak|ga) (?:apa-apa|apa apa|papa|masalah)\b|\bgapapa\b",
        rf"\b(?:{_MALAY_FAMILY_REASON}|kok|masa|masak) (?:\w+ ){{0,2}}(?:tidak|bukan|gak|nggak|"
        r"enggak|ga|belum)\b",
        r"\b(?:tidak|gak|nggak|ga|tak) (?:tahu|tau|mengerti|ngerti|paham) "
        r"(?:kenapa|mengapa|bagaimana|gimana|apa|siapa|kapan)\b",
        r"\b(?:tidak|gak|nggak) (?:sabar|henti|lain|bukan)\b|\bmau tidak mau\b|\bmau gak mau\b",
        r"\bbelum lagi\b|\bapa boleh buat\b|\b(?:atau|apa) (?:tidak|gak|nggak|enggak|belum)\b",
        r"\b(?:tidak|gak|nggak|enggak)(?=\s*[?])|\btidak(?= saya\b)|\bnggak(?= saya\b)",
        r"\bjangan(?:-| )jangan\b",
    ),
    breaks=(
        r"\b(?:tapi|tetapi|namun|melainkan|cuma|hanya saja|padahal|walaupun|meskipun|karena|"
        r"soalnya|jadi|makanya|kalau|sehingga|malah|justru|sedangkan|terus|lalu)\b",
        r"\bdan (?=(?:saya|aku|kami|kita|dia|ini|itu)\b)",
    ),
    starts=_malay_family_starts(
        "mau|ingin|akan|bakal|bakalan|minta|harus|mesti|pengen|pingin|terpaksa|tetap|pasti|jadi"
    ),
    before=(
        r"\b(?:tidak|bukan|gak|nggak|enggak|ngga|ga|kagak|ndak|tak|belum|tanpa|jangan|mustahil|"
        r"tiada|nda|no|not)\b",
    ),
    after=(
        r"^(?:\s+(?:sih|mah|pun|kok|juga|itu))+,?\s+(tidak|nggak|enggak|gak|bukan|ga)\b(?!\s*\?)",
        r"^\s*[?,.!]+\s*(tidak|nggak|enggak|gak|bukan)(?=\s*(?:[,.!]|$|kok|sih))",
    ),
    reach=4,
)

MALAY = NegationTable(
    not_denial=(
        r"\b(?:tidak|bukan|tak|tidaklah) (?:hanya|sahaja|saja|setakat|sekadar|semata)\b",
        r"\b(?:tak|tidak) (?:apa|apa-apa|kisah|mengapa|sabar|lain)\b|\btakpe\b|\bxpe\b",
        rf"\b(?:{_MALAY_FAMILY_REASON}|asal) (?:\w+ ){{0,2}}(?:tidak|bukan|tak|belum|x)\b",
        r"\b(?:tak|tidak) (?:tahu|tau|faham) "
        r"(?:kenapa|mengapa|bagaimana|macam mana|apa|siapa|bila)\b",
        r"\bmahu tidak mahu\b|\bnak tak nak\b|\b(?:atau|ke) (?:tidak|tak|belum)\b",
        r"\b(?:tak|tidak|ke)(?=\s*[?])|\btak(?= saya\b)|\bnot (?:only|just)\b|\bbukannya\b",
        r"\bjangan(?:-| )jangan\b",
    ),
    breaks=(
        r"\b(?:tapi|tetapi|namun|cuma|walaupun|meskipun|sebab|kerana|jadi|kalau|sebaliknya|malah|"
        r"sedangkan|lepas tu|but|because)\b",
        r"\bdan (?=(?:saya|aku|kami|kita|dia|ini|itu)\b)",
    ),
    starts=_malay_family_starts("nak|akan|mahu|mau|minta|kena|mesti|terpaksa|tetap|memang|pasti"),
    before=(
        r"\b(?:tidak|bukan|bukanlah|tidaklah|tak|tiada|takda|takde|belum|tanpa|jangan|usah|mustahil|"
        r"not|never|x|don't|didn't|isn't|no)\b",
    ),
    after=(
        r"^(?:\s+(?:tu|pun|itu|sangat))+,?\s+(tak|tidak|bukan|tidaklah|taklah)\b(?!\s*\?)",
        r"^\s*[?,.!]+\s*(tak|tidak|bukan|taklah|tidaklah)(?=\s*(?:[,.!]|$|lah))",
    ),
    reach=4,
)

VIETNAMESE = NegationTable(
    not_denial=(
        r"\b(?:không|chẳng|chả) (?:chỉ|những|riêng|phải chỉ|đơn thuần|khỏi)\b",
        r"\b(?:tại sao|vì sao|sao|làm sao|cớ sao) (?:\w+ ){0,3}(?:không|chưa|chẳng)\b",
        r"\bkhông (?:sao|có gì|có chi|biết chừng|ngờ|khéo|lẽ)\b|\bkhông thể không\b",
        r"\bkhông (?:biết|hiểu) (?:\w+ )?(?:sao|tại sao|vì sao|thế nào|gì|ai|khi nào|làm sao)\b",
        r"\bkhông(?= (?:em|anh|chị|tôi|con|cháu)\b)(?<=^không)",
        r"\b(?:hay|có) không(?=\s*(?:[?,.!]|$|ạ|vậy|hả))|\b(?:được|phải|đúng) không\b",
        r"\b(?:không|chưa)(?=\s*(?:ạ|vậy|hả|nhỉ)?\s*\?)|\bhay (?:là )?(?:chưa|không)\b",
        r"\bkhông thể (?:\w+ )?hơn\b|\bkhông ngừng\b|\bchưa bao giờ (?:\w+ )?(?:như|đến)\b",
    ),
    breaks=(
        r"\b(?:nhưng|nhưng mà|tuy nhiên|tuy|mà là|mà chỉ|chỉ là|song|vì|bởi vì|tại vì|nên|cho nên|"
        r"nếu|thế nhưng|còn|rồi|mặc dù|vậy mà)\b",
        r"\bvà (?=(?:em|anh|chị|tôi|mình|con|cháu|bên)\b)",
    ),
    starts=(
        r"\bthì\b",
        rf"(?<!\b(?:phải|nói|nghĩ|bảo|ý|nghĩa|có nghĩa|không|chưa) )\blà (?=(?:{_VI_SELF})\b)",
        rf"{_VI_NOT_AFTER}\b(?:{_VI_SELF})\b(?= (?:sẽ|phải|đành|xin|muốn|đòi|nhất định|chắc chắn|"
        r"cũng|vẫn|rất|đi|chuyển|kiện|hủy|huỷ|khiếu nại|tố cáo|báo)\b)",
        rf"\b(?:{_VI_SELF})\b(?<=\b(?:nếu|hễ|lỡ)\b[^.!?]{{3,120}}{_VI_NOT_AFTER}\b(?:{_VI_SELF}))"
        r"(?= \w)",
    ),
    before=(
        r"\b(?:không phải|không có|không|chẳng|chả|chưa|đừng|chớ|hổng|hông|khỏi|đâu có|nào có|"
        r"có đâu|đâu phải|làm gì có)\b",
    ),
    after=(
        r"^\s+thì (không|chẳng|chưa)\b(?!\s*\?)",
        r"^(?:\s+(?:gì|nữa))?\s+(đâu)(?=\s*(?:[,.!]|$|ạ|mà|nhé))",
        r"^\s*(?:hả|à|ư)?\s*[?,.!]+\s*(không|chưa|đâu có|không có)(?=\s*(?:[,.!]|$|ạ|đâu))",
    ),
    reach=5,
)

THAI = NegationTable(
    not_denial=(
        "ไม่(?=[ก-๛]{1,16}(?:เหรอ|หรอ(?!ก)))",
        "ไม่(?:เพียง|ใช่แค่|ใช่เพียง|ใช่เฉพาะ|แค่|เฉพาะ)",
        "(?:ทำไม|เหตุใด|ไหงถึง)(?:[ก-๛]{0,12}?)ไม่",
        "ไม่(?:เป็นไร|มีปัญหา|งั้น|เช่นนั้น|ทราบว่าทำไม|รู้ว่าทำไม|เข้าใจว่าทำไม|เข้าใจทำไม|รู้ทำไม|"
        "น่าเชื่อ|อยากเชื่อ|ไหว|ได้เรื่อง|พอใจ)",
        "(?:อด|ห้าม|หยุด)(?:[ก-๛]{0,6}?)ไม่(?:ได้|อยู่)",
        "(?:หรือ|รึ)(?:ไม่|เปล่า|ยัง)|ใช่ไหม|ไหม|ได้ไหม|ใช่ไม่",
        "ไม่(?:มาก)?ก็น้อย|ไม่ช้า|ไม่นาน|ไม่อย่างนั้น",
    ),
    breaks=(
        "แต่|แต่ว่า|อย่างไรก็ตาม|เพราะ|เนื่องจาก|ดังนั้น|เลยทำให้|ถ้า|หาก|แล้วก็|ทั้งๆที่|ทั้ง ๆ ที่|ทั้งที่|แม้|"
        "และ(?=ผม|ดิฉัน|ฉัน|เรา|คุณ|เขา)|ครับ|ค่ะ|คะ|นะ",
    ),
    starts=(
        "ก็",
        f"{_TH_NOT_AFTER}(?:{_TH_SELF})(?=จะ|ขอ|ต้อง|อยาก|คง)",
        f"(?:{_TH_SELF})(?<=(?:ถ้า|หาก)[^.!?]{{2,60}}{_TH_NOT_AFTER}(?:{_TH_SELF}))",
        "จะ(?<=(?:ถ้า|หาก)[^.!?]{3,60}จะ)(?<!(?:ว่า|ไม่|คิด|อยาก|ไม่ได้|ตั้งใจ|กำลัง)จะ)",
        # V + ไม่ได้ is "cannot": what follows is said anew
        "(?<=(?:ใช้|แก้|แก้ไข|ซ่อม|ติดต่อ|คืน|ทำ|เล่น|เข้า|โทร|รอ|ช่วย)ไม่ได้)",
    ),
    before=("ไม่ได้|ไม่ใช่|ไม่เคย|ไม่มี|ไม่ค่อย|ไม่|มิได้|มิใช่|มิ(?=ได้|ควร|อาจ)|อย่า|ห้าม|ไร้|ปราศจาก|ยังไม่|หาใช่",),
    after=(
        "^(?:อะไร|อะไรหรอก|นั้น|น่ะ|เนี่ย)?ก็(ไม่|ไม่ใช่|เปล่า|ไม่ได้)",
        "^(?:เหรอ|หรือ|ไหม|มั้ย)?(?:ครับ|ค่ะ|คะ)?[ ?,]+"
        "(ไม่|เปล่า|ไม่ใช่|ไม่เลย)(?=[ ,.]|$|ครับ|ค่ะ|นะ|หรอก|เลย)",
    ),
    reach=14,
    spaced=False,
)

TABLES: Mapping[str, NegationTable] = MappingProxyType(
    {
        "en": ENGLISH,
        "zh": CHINESE,
        "id": INDONESIAN,
        "ms": MALAY,
        "vi": VIETNAMESE,
        "th": THAI,
    }
)
