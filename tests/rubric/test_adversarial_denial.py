"""A condition that denies does not deny what follows it: "if you don't pay I will sue"."""

from __future__ import annotations

import pytest
from rubric_helpers import call, judge, rubric

from qa_inspect.domain import CheckStatus
from qa_inspect.language.negation import denials_in, denied_by
from qa_inspect.rubric.trial import try_lines

# language, what is said, the thing, the word that denies it (empty: it is not denied)
EXAMPLES = [
    ("en", "If you don't pay I will sue", "sue", ""),
    ("en", "If you don't pay, I will sue", "sue", ""),
    ("en", "if you dont refund me i'll sue you", "sue", ""),
    ("en", "if I don't get my money back today I'm cancelling", "cancelling", ""),
    ("en", "if nobody calls me back I will complain", "complain", ""),
    ("en", "if this is not fixed by friday we are leaving", "leaving", ""),
    ("en", "If it's not resolved then I'm going to the ombudsman", "ombudsman", ""),
    ("en", "Unless you refund me I will sue", "sue", ""),
    ("en", "unless this is fixed I'm not paying and I will sue", "sue", ""),
    ("en", "no refund and I will complain", "complain", ""),
    ("en", "no refund no renewal I will sue", "sue", ""),
    ("en", "if you can't help my lawyer will sue", "sue", ""),
    ("en", "I can't use it so I want to cancel", "cancel", ""),
    ("en", "it doesn't work I want to cancel", "cancel", ""),
    ("en", "you never answer the phone I am angry", "angry", ""),
    ("en", "I don't want to sue but I will complain", "complain", ""),
    ("en", "I'm not angry", "angry", "not"),
    ("en", "I am really not angry with you", "angry", "not"),
    ("en", "I don't think I will sue", "sue", "don't"),
    ("en", "I won't sue if you pay", "sue", "won't"),
    ("en", "I will not sue you", "sue", "not"),
    ("en", "If you don't pay I won't renew", "renew", "won't"),
    ("en", "if you're not angry", "angry", "not"),
    ("en", "I never said I was angry", "angry", "never"),
    ("en", "I'm not saying I'm angry", "I'm angry", "not"),
    ("en", "I don't believe I will complain", "complain", "don't"),
    ("en", "I didn't say that I will sue", "sue", "didn't"),
    ("zh", "如果不退款我就投诉", "投诉", ""),
    ("zh", "如果不退款我投诉你们", "投诉", ""),
    ("zh", "不退款我就投诉", "投诉", ""),
    ("zh", "不退款就投诉", "投诉", ""),
    ("zh", "再不解决我就去12315投诉", "投诉", ""),
    ("zh", "要是你们不处理我会投诉", "投诉", ""),
    ("zh", "你不给我退我就报警", "报警", ""),
    ("zh", "如果不退款的话我要起诉", "起诉", ""),
    ("zh", "再不退我換別家了", "換別家", ""),
    ("zh", "不解決的話我要客訴", "客訴", ""),
    ("zh", "用不了我要退货", "退货", ""),
    ("zh", "不满意我可以退货", "退货", ""),
    ("zh", "我不生气", "生气", "不"),
    ("zh", "我不会投诉的", "投诉", "不"),
    ("zh", "我就不投诉了", "投诉", "不"),
    ("zh", "如果退款我就不投诉", "投诉", "不"),
    ("zh", "不退款我也不投诉", "投诉", "不"),
    ("zh", "我没说我要投诉", "投诉", "没"),
    ("zh", "不是我要投诉", "投诉", "不是"),
    ("id", "kalau nggak dibalikin saya lapor", "lapor", ""),
    ("id", "Kalau tidak dikembalikan, saya laporkan ke YLKI", "laporkan", ""),
    ("id", "kalo ga diganti saya mau pindah provider", "pindah", ""),
    ("id", "jika tidak ada refund maka saya akan gugat", "gugat", ""),
    ("id", "nggak bisa dipakai ya saya batalkan", "batalkan", ""),
    ("id", "tidak dibalas saya komplain", "komplain", ""),
    ("id", "kalau belum juga saya viralkan", "viralkan", ""),
    ("id", "saya nggak marah", "marah", "nggak"),
    ("id", "saya tidak akan lapor", "lapor", "tidak"),
    ("id", "kalau dikembalikan saya nggak lapor", "lapor", "nggak"),
    ("id", "kalau tidak dibalas saya tidak akan perpanjang", "perpanjang", "tidak"),
    ("ms", "kalau tak refund saya lapor", "lapor", ""),
    ("ms", "Kalau tak bagi duit balik saya report KPDN", "report", ""),
    ("ms", "jika tidak diselesaikan saya akan saman", "saman", ""),
    ("ms", "kalau takde jawapan aku tukar telco", "tukar", ""),
    ("ms", "tak boleh pakai saya nak batalkan", "batalkan", ""),
    ("ms", "saya tak marah", "marah", "tak"),
    ("ms", "saya tak akan saman", "saman", "tak"),
    ("vi", "Nếu không trả tiền thì tôi kiện", "kiện", ""),
    ("vi", "Nếu không trả tiền tôi kiện", "kiện", ""),
    ("vi", "không hoàn tiền là tôi kiện", "kiện", ""),
    ("vi", "không giải quyết thì em chuyển mạng", "chuyển mạng", ""),
    ("vi", "nếu chưa xử lý anh sẽ khiếu nại", "khiếu nại", ""),
    ("vi", "không hoàn tiền tôi khiếu nại đấy", "khiếu nại", ""),
    ("vi", "tôi không giận", "giận", "không"),
    ("vi", "tôi sẽ không kiện", "kiện", "không"),
    ("vi", "nếu trả tiền thì tôi không kiện", "kiện", "không"),
    ("vi", "không gia hạn nữa đâu", "không gia hạn", ""),
    ("vi", "không gia hạn nữa đâu", "gia hạn", "không"),
    ("vi", "tôi không giận đâu", "giận", "không"),
    ("vi", "Tôi không kiện gì đâu ạ", "kiện", "không"),
    ("vi", "tôi không phải là giận", "giận", "không phải"),
    ("th", "ถ้าไม่คืนเงินผมจะฟ้อง", "ฟ้อง", ""),
    ("th", "ถ้าไม่คืนเงินจะฟ้อง", "ฟ้อง", ""),
    ("th", "ถ้าไม่คืนเงินก็จะร้องเรียน", "ร้องเรียน", ""),
    ("th", "ใช้ไม่ได้ก็ย้ายค่าย", "ย้ายค่าย", ""),
    ("th", "ไม่คืนเงินก็ฟ้อง", "ฟ้อง", ""),
    ("th", "หากยังไม่แก้ฉันจะแจ้งสคบ", "แจ้งสคบ", ""),
    ("th", "เน็ตใช้ไม่ได้ผมจะยกเลิก", "ยกเลิก", ""),
    ("th", "ไม่ได้โกรธ", "โกรธ", "ไม่ได้"),
    ("th", "ผมไม่ฟ้องหรอก", "ฟ้อง", "ไม่"),
    ("th", "ถ้าคืนเงินผมก็ไม่ฟ้อง", "ฟ้อง", "ไม่"),
    ("th", "ไม่ได้บอกว่าจะฟ้อง", "ฟ้อง", "ไม่ได้"),
    (
        "en",
        "if you people can't sort this out by Monday I'm taking my business elsewhere",
        "taking my business elsewhere",
        "",
    ),
    ("en", "if I do not hear back I shall file a complaint", "file a complaint", ""),
    (
        "en",
        "if you won't refund it then my husband will take you to court",
        "take you to court",
        "",
    ),
    ("en", "I told you I am not angry", "angry", "not"),
    ("en", "if the refund is not here by Friday I am going to a lawyer", "lawyer", ""),
    ("en", "I don't know if I will cancel", "cancel", "don't"),
    ("en", "I'm not sure I want to cancel", "cancel", "not"),
    ("en", "no I will not cancel", "cancel", "not"),
    ("en", "I'm not going to sue you", "sue", "not"),
    ("en", "there is no way I'm going to cancel", "cancel", "no"),
    ("en", "I wouldn't say I'm angry", "angry", "wouldn't"),
    ("en", "it is not like I am angry", "angry", "not"),
    ("en", "nobody said I will sue", "sue", "nobody"),
    ("en", "nobody is helping me I will sue", "sue", ""),
    ("en", "I am not going to renew if you don't fix it", "renew", "not"),
    ("en", "If you do not pay I will sue", "I will sue", ""),
    ("en", "I never want to cancel", "cancel", "never"),
    ("zh", "你们要是还不给个说法我就打消费者热线", "打消费者热线", ""),
    ("zh", "三天之内不到账我直接报警", "报警", ""),
    ("zh", "不给解决我们只能走法律程序", "法律程序", ""),
    ("zh", "没人管我就发到网上", "发到网上", ""),
    ("zh", "没人理我就投诉", "投诉", ""),
    ("zh", "我真的没有想要投诉你", "投诉", "没有"),
    ("zh", "我也没生气", "生气", "没"),
    ("zh", "我不打算投诉", "投诉", "不"),
    ("zh", "不想让我投诉就赶紧退款", "投诉", "不"),
    ("zh", "如果您不满意可以投诉", "投诉", ""),
    ("zh", "不续费就停机", "停机", ""),
    ("id", "kalau uangnya nggak balik hari ini saya bakal lapor polisi", "lapor polisi", ""),
    ("id", "kalau tidak ada solusi lebih baik saya tutup rekening", "tutup rekening", ""),
    ("id", "saya tidak bilang saya marah", "marah", "tidak"),
    ("id", "saya nggak mau lapor kok mbak", "lapor", "nggak"),
    ("id", "bukan berarti saya mau lapor", "lapor", "bukan"),
    ("id", "gak usah lapor", "lapor", "gak"),
    ("ms", "kalau duit saya tak masuk esok saya buat laporan polis", "laporan polis", ""),
    ("ms", "kalau tak settle hari ni memang saya viralkan", "viralkan", ""),
    ("ms", "saya tak cakap saya nak saman", "saman", "tak"),
    ("ms", "bukan saya nak marah", "marah", "bukan"),
    ("vi", "mai mà chưa có tiền là chị lên báo đó", "lên báo", ""),
    ("vi", "nếu bên em không hỗ trợ được chị sẽ đổi nhà mạng", "đổi nhà mạng", ""),
    ("vi", "tôi không nói là tôi giận", "giận", "không"),
    ("vi", "chị không muốn kiện cáo gì hết", "kiện", "không"),
    ("vi", "không có tiền thì kiện", "kiện", ""),
    ("vi", "thì tôi có giận đâu", "giận", "đâu"),
    ("vi", "tôi không muốn làm em buồn", "buồn", "không"),
    ("th", "ถ้าวันนี้ยังไม่ได้เงินพี่ขอยกเลิกนะ", "ยกเลิก", ""),
    ("th", "ถ้าไม่แก้ให้เราจะไปแจ้งความ", "แจ้งความ", ""),
    ("th", "ติดต่อไม่ได้เลยแบบนี้ขอยกเลิก", "ยกเลิก", ""),
    ("th", "ไม่อยากยกเลิก", "ยกเลิก", "ไม่"),
    ("th", "ผมไม่ได้คิดว่าผมจะฟ้อง", "ฟ้อง", "ไม่ได้"),
    ("th", "ไม่มีใครโกรธ", "โกรธ", "ไม่มี"),
    ("th", "ไม่ต้องร้องเรียน", "ร้องเรียน", "ไม่"),
    ("th", "ก็ไม่ได้โกรธ", "โกรธ", "ไม่ได้"),
    ("th", "ยังไงก็ไม่ยกเลิก", "ยกเลิก", "ไม่"),
]


@pytest.mark.parametrize(("language", "text", "thing", "word"), EXAMPLES)
def test_examples(language: str, text: str, thing: str, word: str) -> None:
    at = text.index(thing)
    assert denied_by(text, at, at + len(thing), language).lower() == word.lower()


def test_a_consequence_is_another_clause_also_where_things_are_found_by_meaning() -> None:
    assert denials_in("if you don't pay I won't renew", "en") == ("don't", "won't")
    assert denials_in("如果不退款我也不续费", "zh") == ("不", "不")


def test_a_second_word_of_denial_stresses_the_first() -> None:
    text = "không gia hạn nữa đâu"
    assert denied_by(text, 0, len("không gia hạn nữa"), "vi") == ""
    assert denied_by(text, 0, len("không gia hạn"), "vi") == ""


def test_a_conditional_threat_raises_its_flag_and_is_tried_alike() -> None:
    rule = "kind: said, role: customer, negated: ignored, phrases: [sue]"
    threat, calm = "If you don't pay I will sue", "I'm not going to sue anybody"
    assert judge(rule, call(("customer", threat))).status is CheckStatus.PASS
    assert judge(rule, call(("customer", calm))).status is CheckStatus.FAIL
    trials = try_lines(rubric(f"  - {{id: x, {rule}}}", head="language: en"), "x", [threat, calm])
    assert [trial.hit for trial in trials] == [True, False]
