"""Words of the telephone that measures of time go by: listening sounds, holds, goodbyes.

Phrases of the phrase language in English, Chinese in both scripts, Indonesian, Malay, Vietnamese
and Thai; a rubric can give its own instead. This module does not know what is measured.
"""

from __future__ import annotations

BACKCHANNELS = (
    "(mm|mhm|mmm|hm|hmm|mm hm|mm hmm|uh huh|uhuh|ah|aha|oh|uh|um|er|erm|huh)",
    "(yeah|yes|yep|yup|no|nope|right|okay|sure|true|exactly|of course|really|wow|all right)",
    "(i see|i know|go on|got it|fine|good|great|thank you|thanks|sorry|hello|hi|correct)",
    "(嗯|恩|哦|噢|喔|啊|呃|额|哎|唉|诶|对|是|好|行|好的|对的|是的|是吧|对吧|明白|谢谢|喂|您好|你好|这样|没错)",
    "(對|對的|對吧|謝謝|這樣|沒錯|欸|額|可以|嗯哼|是嗎|是吗|好嘞|了解)",
    "(ya|iya|iyah|yah|oke|baik|betul|benar|heeh|he eh|siap|begitu|oh gitu|gitu|paham|halo)",
    "(yelah|haah|ha ah|faham|okey|ye|helo|terima kasih|makasih)",
    "(dạ|vâng|ừ|ờ|à|ạ|ừm|đúng|đúng rồi|rồi|được|vậy|alo|cảm ơn|dạ vâng|vâng ạ|dạ được)",
    "(ครับ|ค่ะ|คะ|อืม|อือ|อ๋อ|ใช่|โอเค|จ้า|จ้ะ|ได้|เข้าใจ|ขอบคุณ|ฮัลโหล|สวัสดี|ครับผม|เออ)",
)
"""What a listener says without taking the turn."""

HOLDS = (
    "(one|just a|just one|a) (moment|second|minute|sec|mo)",
    "(hold|hang) on",
    "(hold|stay on) the line",
    "bear with me",
    "(put|place|putting|placing) you on [a|brief|short|quick] hold",
    "(let me|i will|i am going to|allow me to) [just|quickly|go and] (check|look|see|find|ask)",
    "while i (check|look|find|pull|ask|get|see)",
    "(稍等|等一下|等一等|稍候|稍微等|请等|請等|您等|别挂|別掛|不要挂|不要掛|保持通话|保持通話)",
    "(帮|幫|给|給)(您|你)(查|看|核实|核實|问|問|确认|確認)",
    "(mohon|harap|silakan|tolong) (tunggu|ditunggu|menunggu)",
    "(tunggu|ditunggu) (sebentar|sekejap|kejap|ya|dulu|sejenak)",
    "(sebentar|sekejap)",
    "(saya|kami) (cek|periksa|semak|check|bantu cek|cekkan) [dulu|sebentar]",
    "sila tunggu",
    "(chờ|đợi) [em|mình|máy|tôi|bên em] (chút|xíu|lát|một chút|một lát|một xíu|giây lát|tí)",
    "(giữ|cầm) máy",
    "em (kiểm tra|xem)",
    "(รอสักครู่|สักครู่|ถือสาย|รอแป๊บ|รอซักครู่|ขอตรวจสอบ|ขออนุญาตตรวจสอบ|ตรวจสอบให้)",
)
"""How an agent announces that the caller will have to wait."""

GOODBYES = (
    "(bye|goodbye|good bye|bye bye|good night|farewell|take care|cheers)",
    "have a [very|really] (good|nice|great|lovely|wonderful|pleasant) "
    "(day|evening|night|weekend|afternoon|one|week|time)",
    "(talk|speak) to you (soon|later)",
    "(再见|再見|拜拜|祝您|祝你|晚安|挂了|掛了|先这样|先這樣)",
    "selamat (pagi|siang|sore|malam|tinggal|jalan|petang|tengah hari)",
    "(sampai jumpa|jumpa lagi|dadah|wassalamualaikum|assalamualaikum)",
    "(chào [anh|chị|em|cô|chú|bạn|mình]|tạm biệt)",
    "(สวัสดี|ลาก่อน|โชคดี|บาย)",
)
"""How a call is ended by those who end it on purpose."""

THANKS = (
    "(thank you|thanks)",
    "(谢谢|謝謝|感谢|感謝|多谢|多謝)",
    "(terima kasih|makasih|trims)",
    "cảm ơn",
    "(ขอบคุณ|ขอบใจ)",
)
"""Thanks, which end a call where they are the last words."""
