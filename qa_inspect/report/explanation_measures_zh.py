"""Sentences of explanations about measures and other calls, and where was looked, in Chinese.

A table alone, as ``explanation_sentences_zh`` is of what was said.
"""

from __future__ import annotations

MEASURED: tuple[tuple[str, str], ...] = (
    # silence, interruptions, pace
    ("No {quiet}", "没有{quiet}"),
    ("It is silent for {p} of the talk", "静默占通话的 {p}"),
    ("{n} time(s) too long: {late}", "{n} 次过长：{late}"),
    ("The call is cut off: {late}", "通话突然中断：{late}"),
    (
        "There are not two utterances between which it could be silent",
        "发言不足两句，谈不上中间有无静默",
    ),
    (
        "It is not known who speaks, so nobody's pick-up can be told",
        "无法区分坐席与客户，无法判断接起快慢",
    ),
    ("It is not known when the recording ends", "不知道录音何时结束"),
    ("Only one person is heard, so nobody can be interrupted", "只听到一个人说话，谈不上打断"),
    ("{sides}: {spoken}", "{sides}：{spoken}"),
    ("First over {q} ({t})", "第一次打断的是{q}（{t}）"),
    ("First over {q}", "第一次打断的是{q}"),
    ("First over speech at {t}", "第一次打断在 {t}"),
    ("First over speech", "第一次打断时对方正在说话"),
    ("Anybody let the other side finish", "双方都让对方把话说完"),
    ("{who} let the other side finish", "{who}让对方把话说完了"),
    (
        "Only {n} s of speech can be measured in {where}; {n2} s are needed",
        "{where}中只有 {n} 秒可以测算，至少要 {n2} 秒",
    ),
    (
        "{where} were poorly recognised (confidence {p}), so the {unit} cannot be counted fairly",
        "{where}识别不清（识别把握 {p}），数不准有多少{unit}",
    ),
    (
        "{who} speaks {n} {unit} a minute, over {n2} s of speech, where {limits} are asked for",
        "{who}每分钟说 {n} {unit}（测算 {n2} 秒），要求{limits}",
    ),
    ("Furthest: {n} in {proof}", "偏离最大的一句：{proof}，每分钟 {n}"),
    (
        "No utterance is long enough to have a pace of its own",
        "没有一句长到可以单独测算语速",
    ),
    (
        "{n} of {n2} utterance(s) with {limits} {unit} a minute; {n3} asked for[: {paces}]",
        "{n2} 句中有 {n} 句的语速为每分钟{limits} {unit}，要求 {n3} 句[：{paces}]",
    ),
    # shares of the talk, voices, length
    (
        "{who} has {p} of the talk, {n} of {n2} {unit}, where {limits} is asked for",
        "{who}说话占比 {p}（双方共 {n2} {unit}，其中 {n} {unit}），要求{limits}",
    ),
    (
        "It is not known who speaks, so nobody's share is known",
        "无法区分坐席与客户，无法计算说话占比",
    ),
    ("Only one side is heard, so nothing can be shared", "只听到一方说话，无法计算说话占比"),
    ("Only {n} {unit} are heard; {n2} are needed", "只听到 {n} {unit}，至少要 {n2} {unit}"),
    (
        "No sound was measured in this call: it was imported, or heard by an older version; run it "
        "again with its recording",
        "本通话没有测量声音：文字是导入的，或由旧版本处理；请用录音重新质检",
    ),
    ("{who} raised the voice {n} time(s): {loud}", "{who}提高嗓门 {n} 次：{loud}"),
    ("{who} suddenly became louder {n} time(s): {loud}", "{who}突然变响 {n} 次：{loud}"),
    ("Nobody raised the voice in {n} measured utterance(s)", "测量的 {n} 句中没有人提高嗓门"),
    (
        "{who} never raised the voice in {n} measured utterance(s)",
        "测量的 {n} 句中{who}没有提高嗓门",
    ),
    ("Nobody suddenly became louder in {n} measured utterance(s)", "测量的 {n} 句中没有人突然变响"),
    (
        "{who} never suddenly became louder in {n} measured utterance(s)",
        "测量的 {n} 句中{who}没有突然变响",
    ),
    (
        "Between {whose} quiet and loud utterances lie {n} dB, over {n2} utterance(s), where "
        "{limits} dB are asked for",
        "{whose}最轻与最响的发言相差 {n} 分贝（共 {n2} 句），要求{limits} 分贝",
    ),
    (
        "The pitch of {who} moves by {n} semitones, over {n2} utterance(s), where {limits} "
        "semitones are asked for",
        "{who}的音高起伏为 {n} 个半音（共 {n2} 句），要求{limits} 个半音",
    ),
    (
        "{who} is {n} dB quieter than the other side, over {n2} utterance(s), where {limits} dB "
        "are asked for",
        "{who}比对方轻 {n} 分贝（共 {n2} 句），要求{limits} 分贝",
    ),
    (
        "{who} is {n} dB louder than the other side, over {n2} utterance(s), where {limits} dB are "
        "asked for",
        "{who}比对方响 {n} 分贝（共 {n2} 句），要求{limits} 分贝",
    ),
    (
        "Too little of {who} is heard alone in {where} to know the usual voice",
        "{where}中{who}单独说话太少，不知道平时的嗓音",
    ),
    (
        "{span} lasts {length}[, {proof}], where {limits} s are asked for",
        "{span}时长 {length}[，{proof}]，要求{limits} 秒",
    ),
    ("Only one person is heard, so there are no turns", "只听到一个人说话，没有轮流发言"),
    ("How long it lasts is not known", "不知道有多长"),
    # other calls
    ("Other calls are not known here", "这里没有其他通话的资料"),
    (
        "This customer_id stands on {n} call(s) within {n2} days of this one: too many for one "
        "person (a switchboard?), so its history is left out",
        "该客户编号在前后 {n2} 天内有 {n} 通电话，不像是一个人（总机？），因此不看其来电记录",
    ),
    (
        "{n} other call(s) of this {party} may belong here, but their topic or started_at is not "
        "given",
        "该{party}另有 {n} 通电话可能属于此列，但没有注明主题或开始时间",
    ),
    (
        "{n} other call(s) of this customer may be about the same thing, but their topic or "
        "started_at is not given",
        "该客户另有 {n} 通电话可能是同一件事，但没有注明主题或开始时间",
    ),
    (
        "{n} earlier call(s) of the same {party} in the {n2} day(s) before it[ about {q}][ "
        "{conds}]: {calls}",
        "同一{party}此前 {n2} 天内有 {n} 通电话[，事由为{q}][，{conds}]：{calls}",
    ),
    (
        "No earlier call of the same {party} in the {n} day(s) before it[ about {q}][ {conds}]",
        "同一{party}此前 {n} 天内没有此类来电[，事由为{q}][，{conds}]",
    ),
    ("The customer called about {q} again: {calls}", "客户又因{q}来电：{calls}"),
    (
        "The customer has not called again so far, but {n} days have not passed yet in the calls "
        "that are known",
        "客户目前没有再次来电，但在已知的通话中还未满 {n} 天",
    ),
    ("No further call about {q} in the {n} days after", "此后 {n} 天内客户没有再因{q}来电"),
    ("Stories cannot be compared in this language", "此语言无法比较前后说法"),
    ("The customer's other calls are not known", "没有该客户其他通话的资料"),
    ("The customer states no such fact", "客户没有说到这类事实"),
    ("The customer has no earlier call about it", "该客户此前没有为此来电"),
    ("What the customer states fits the earlier calls", "客户的说法与此前来电一致"),
    (
        "The customer states {own}, and stated {own2} in call {id} ({d})",
        "客户这次说{own}，而在 {id}（{d}）中说{own2}",
    ),
    (
        "The customer states {own}, and stated {own2} in call another call",
        "客户这次说{own}，而在另一通电话中说{own2}",
    ),
    # a language model, the manifest
    (
        "No language model is configured, so this question is not asked",
        "没有配置语言模型，因此不问此题",
    ),
    (
        "The language model did not answer in the way it was asked to",
        "语言模型没有按要求作答",
    ),
    (
        "The language model's answer was thrown away: it quotes {q}, which is not in utterance {n}",
        "语言模型的回答作废：它引用了{q}，而第 {n} 句中没有这句话",
    ),
    (
        "The language model said yes without quoting anything, so its answer was thrown away",
        "语言模型答“是”却没有引用任何原话，回答作废",
    ),
    (
        "The language model answers {own}[ on the strength of {cites}]",
        "语言模型回答{own}[，依据是{cites}]",
    ),
    ("Its reason: {text}", "理由：{text}"),
    ("The call's {column} is not given", "没有注明通话的{column}"),
    ("{column} is not given", "没有注明{column}"),
    ("{column} is {q}", "{column}为{q}"),
    ("{column} is {q}; {wanted}", "{column}为{q}，{wanted}"),
)
"""Silence, interruptions, pace, loudness, length, other calls, models and the manifest."""

SEARCHED: tuple[tuple[str, str], ...] = (
    ("{where}", "{where}"),
    ("looked in {where}", "{where}"),
    ("looked for {list}", "查找{list}"),
    ("looked for {list} in order", "依次查找{list}"),
    ("looked for questions in {where}", "在{where}中找提问"),
    ("looked for what means the same as {list} in {where}", "在{where}中找与{list}意思相同的话"),
    (
        "looked for what was said before, {p} of it or more[, and for {list}], in {where}",
        "在{where}中找与之前所说有 {p} 以上相同的话[，以及{list}]",
    ),
    ("looked for {n} glossary term(s) in {where}", "在{where}中找术语表的 {n} 个术语"),
    ("looked for overlaps of {n} s and more in {where}", "在{where}中找 {n} 秒以上的抢话"),
    ("looked for {delays} in the whole call", "在整个通话中找{delays}"),
    ("looked for {delays} in {where}", "在{where}中找{delays}"),
    ("looked for {list} in {where}", "在{where}中找{list}"),
    ("looked for {n} different of {list} in {where}", "在{where}中找{list}中不同的 {n} 条"),
    (
        "looked for in one {utterance|sentence} {n} different of {list} in {where}",
        "在{where}的同一句中找{list}中不同的 {n} 条",
    ),
    (
        "looked for in one {utterance|sentence} {n} different, at most {n2} word(s) apart, of "
        "{list} in {where}",
        "在{where}的同一句中找{list}中不同的 {n} 条，间隔不超过 {n2} 个词",
    ),
    (
        "looked for {n} different, at most {n2} word(s) apart, of {list} in {where}",
        "在{where}中找{list}中不同的 {n} 条，间隔不超过 {n2} 个词",
    ),
    ("searched {where} for the pattern {list}", "在{where}中找符合{list}的内容"),
    ("asked {by} about {where}", "请{by}判断{where}"),
    ("asked about every one of {where}", "逐句查看{where}"),
    ("asked the language model {q} about {where}", "就{where}问语言模型：{q}"),
    ("looked at {where}, one by one, for {sought}", "逐句查看{where}，找{sought}"),
    (
        "weighed signs for it such as {list} and against it such as {list2} in {where}",
        "衡量{where}中有利的迹象（如{list}）和不利的迹象（如{list2}）",
    ),
    ("weighed signs for it such as {list} in {where}", "衡量{where}中的迹象，如{list}"),
    ("weighed signs against it such as {list} in {where}", "衡量{where}中不利的迹象，如{list}"),
    ("weighed the words and voice of {where}", "衡量{where}的用词和嗓音"),
    ("weighed the words of {where}", "衡量{where}的用词"),
    ("measured the pace of each utterance in {where}", "逐句测算{where}的语速"),
    ("measured the pace of {where}", "测算{where}的语速"),
    ("measured the sound of {where}", "测量{where}的声音"),
    (
        "measured the sound of {where} for {n} dB more than usual",
        "在{where}的声音中找比平时响 {n} 分贝以上的",
    ),
    (
        "measured the sound of {where} for {n} dB more than just before",
        "在{where}的声音中找比刚才响 {n} 分贝以上的",
    ),
    ("measured the whole call", "测算整个通话"),
    ("measured {where}", "测算{where}"),
    ("compared how much each side speaks in the whole call", "比较双方在整个通话中的说话量"),
    (
        "compared how much each side speaks in the time of {where}",
        "比较双方在{where}期间的说话量",
    ),
    ("compared the customer's {facts} with earlier calls", "把客户说的{facts}与此前来电比较"),
    ("looked at the call's {column}", "通话的{column}"),
    ("looked at the {party}'s calls in the {n} day(s) before it", "同一{party}此前 {n} 天内的通话"),
    ("looked at the {party}'s calls in the {n} day(s) after it", "同一{party}此后 {n} 天内的通话"),
)
"""Where a verdict was looked for."""

EVIDENCE: tuple[tuple[str, str], ...] = (
    ("{late}[ after {q}]", "[{q}之后，]{late}"),
    ("{n} s spoken over", "抢话 {n} 秒"),
    ("call {id} of {d}[: {fact}]", "通话 {id}（{d}）[：{fact}]"),
)
"""Evidence that is no speech of the call: a measure, another call."""

QUOTED: tuple[tuple[str, str], ...] = (
    ("yes", "是"),
    ("no", "否"),
    ("{n} s spoken over", "抢话 {n} 秒"),
    ("{fact}", "{fact}"),
)
"""What stands in quotes in a few sentences and is no speech either."""
