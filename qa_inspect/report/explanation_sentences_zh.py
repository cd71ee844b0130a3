"""Sentences of explanations about what was said, as the rubric engine writes them, in Chinese.

A table alone: what ``{…}``, ``(s)`` and ``[…]`` mean is told in ``sentence_forms``, what stands in
each blank in ``explanation_blanks_zh``. The first line that fits a sentence tells it.
"""

from __future__ import annotations

SPOKEN: tuple[tuple[str, str], ...] = (
    # why it was asked, or was not
    ("Not found, so nothing is deducted", "没有发现，不扣分"),
    ("This could not be judged because of a fault: {text}", "程序出错，无法判断：{text}"),
    ("Asked because {who} said {proof}", "触发原因：{who}说了{proof}"),
    ("Asked because its condition holds", "触发原因：符合前提条件"),
    (
        "Only asked where a condition holds; here it does not",
        "仅在符合前提条件时判断，本通话不符合",
    ),
    (
        "Only asked where a condition holds; the condition itself does not apply",
        "仅在符合前提条件时判断，而该条件不适用于本通话",
    ),
    (
        "Only asked where a condition holds; whether it does cannot be told",
        "仅在符合前提条件时判断，而是否符合无法确定",
    ),
    (
        "Only looked for {spot}, and of that it cannot be told whether it is in the call: "
        "{sentence}",
        "只在{spot}查找，而本通话中有无该项无法确定：{sentence}",
    ),
    ("Only looked for {spot}, which is not in the call", "只在{spot}查找，而本通话中没有该项"),
    (
        "Only looked for {spot}; it is in the call only {n} time(s)",
        "只在{spot}查找，而该项在本通话中只有 {n} 次",
    ),
    ("Nothing is said in this call", "本通话中没有人说话"),
    ("Nothing is said in {where}", "没有可查的发言：{where}"),
    ("{who} says nothing in this call", "{who}在本通话中没有说话"),
    (
        "It is not known who speaks, so {who} cannot be judged fairly",
        "无法区分坐席与客户，不能公平评判{who}",
    ),
    (
        "The transcript has no times, and this cannot be told without",
        "文字记录没有时间，无法判断此项",
    ),
    # speech that was badly heard
    (
        "{sentence}, but speech there was poorly recognised (confidence {p}), so {may}",
        "{sentence}，但这里的语音识别不清（识别把握 {p}），{may}",
    ),
    (
        "{sentence}, but speech there was poorly recognised, so {may}",
        "{sentence}，但这里的语音识别不清，{may}",
    ),
    (
        "{sentence}, but {n} stretches ({cites}) were {clear} heard there, so {may}",
        "{sentence}，但其中 {n} 处{clear}（{cites}），{may}",
    ),
    (
        "{sentence}, but {cites} {was|were} {clear} heard there, so {may}",
        "{sentence}，但其中{cites}{clear}，{may}",
    ),
    ("Looked at {where}", "查看了{where}"),
    # phrases
    ("Said: {cites}", "说了：{cites}"),
    ("Said {n} time(s): {cites}", "说了 {n} 次：{cites}"),
    ("Never said in {where}: {list}", "{where}中没有说到：{list}"),
    ("{proof} does not count because of {q}", "{proof}不计入，因为同时说了{q}"),
    ("{proof} does not count, for {q} denies it", "{proof}不计入，因为{q}表示否定"),
    ("Nearest was {proof}, without {list}", "最接近的是{proof}，还缺{list}"),
    (
        "{n} of {n2} phrase(s) said where {n3} are asked for[: {cites}]",
        "{n2} 条用语说了 {n} 条，要求 {n3} 条[：{cites}]",
    ),
    ("Missing: {list}", "缺少：{list}"),
    (
        "{None of the phrases was|The phrase was not} said in {where}",
        "{where}中没有说过所列用语",
    ),
    (
        "{None of the phrases was|The phrase was not} said more than {n} time(s) in {where}",
        "{where}中所列用语没有超过 {n} 次",
    ),
    # in how many utterances
    ("Found: {cites}", "找到：{cites}"),
    ("Found, said by {speakers}", "发现：{speakers}"),
    ("Found {n} time(s) where {n2} are asked for: {cites}", "找到 {n} 次，要求 {n2} 次：{cites}"),
    (
        "Found in {n} of {n2} utterance(s) where every one is asked for[; not in {cites}]",
        "要求每句都有，{n2} 句中有 {n} 句[；没有的是{cites}]",
    ),
    ("Found together in {n} utterance(s): {cites}", "{n} 句同时符合：{cites}"),
    ("No utterance in {where} satisfies it", "{where}中没有一句符合"),
    ("Nothing in {where} matches {list}", "{where}中没有符合{list}的内容"),
    ("Asked: {cites}", "提问：{cites}"),
    ("Nothing is asked in {where}", "{where}中没有提问"),
    # by meaning and by models
    (
        "Said in other words: {cites}, which is near to {list}",
        "换一种说法说了：{cites}，与{list}意思相近",
    ),
    ("Said in other words: {cites}", "换一种说法说了：{cites}"),
    ("Nothing in {where} means the same as {list}", "{where}中没有与{list}意思相同的话"),
    (
        "Nearest was {proof}, which does not count because of {q}",
        "最接近的是{proof}，但不计入，因为同时说了{q}",
    ),
    (
        "Nearest was {proof}, which does not count, for {q} denies it",
        "最接近的是{proof}，但不计入，因为{q}表示否定",
    ),
    ("Nothing came near it", "没有接近的内容"),
    (
        "Nearest was {proof}, {p} near where {p2} is asked for",
        "最接近的是{proof}，接近程度 {p}，达到 {p2} 才算",
    ),
    ("Found by {by}: {cites}", "{by}认定：{cites}"),
    ("Not found in {where} by {by}", "{by}在{where}中没有发现"),
    (
        "Likeliest was {proof}, {p} where {p2} is asked for",
        "可能性最大的是{proof}，{p}，达到 {p2} 才算",
    ),
    # signs that are weighed
    ("Not found in {where}", "{where}中没有发现"),
    ("None of its signs was heard there", "没有听到任何迹象"),
    (
        "Nothing came near it; the strongest was {whose} {proof}, {p} where {p2} is asked for",
        "没有接近的内容；最强的是{whose}说的{proof}，强度 {p}，达到 {p2} 才算",
    ),
    (
        "Nearest was {whose} {proof}: its signs come to {p} where {p2} is asked for",
        "最接近的是{whose}说的{proof}，迹象强度 {p}，达到 {p2} 才算",
    ),
    (
        "{p} on average over {n} utterance(s), where {p2} is asked for",
        "平均 {p}（{n} 句发言），要求 {p2}",
    ),
    (
        "It comes to {p} on average over {n} utterance(s) where {p2} is asked for",
        "平均 {p}（{n} 句发言），要求 {p2}",
    ),
    ("Most for it: {cites}", "最有利的是：{cites}"),
    ("Most against it: {cites}", "最不利的是：{cites}"),
    # shares
    (
        "{n} of {n2} utterance(s) ({p}) where {limits} is asked for[: {cites}]",
        "{n2} 句中有 {n} 句（{p}），要求{limits}[：{cites}]",
    ),
    (
        "{n} of {n2} utterance(s) ({p} of the words) where {limits} is asked for[: {cites}]",
        "{n2} 句中有 {n} 句（占字数的 {p}），要求{limits}[：{cites}]",
    ),
    (
        "{n} of {n2} utterance(s) ({p} of the seconds) where {limits} is asked for[: {cites}]",
        "{n2} 句中有 {n} 句（占时长的 {p}），要求{limits}[：{cites}]",
    ),
    (
        "{n} of {n2} utterance(s) where {limits} is asked for[: {cites}]",
        "{n2} 句中有 {n} 句，要求{limits}[：{cites}]",
    ),
    ("Found in {sentence}", "{sentence}"),
    (
        "Only {n} utterance(s) in {where}; a share needs {n2}",
        "{where}只有 {n} 句，计算占比至少要 {n2} 句",
    ),
    (
        "Only {n} utterance(s) in {where}; a trend needs {n2}",
        "{where}只有 {n} 句，判断变化至少要 {n2} 句",
    ),
    # mood
    (
        "{who} begins {mood} ({p}), ends {mood2} ({p2})",
        "{who}开始时{mood}（{p}），结束时{mood2}（{p2}）",
    ),
    ("{who} begins {mood}, ends {mood2}", "{who}开始时{mood}，结束时{mood2}"),
    (
        "It counts as worse when the end is {p} upset or more and at least {n} point(s) above the "
        "beginning",
        "结束时不满程度不低于 {p}，且比开始时至少高 {n} 个百分点，才算变差",
    ),
    (
        "It counts as better when the beginning is {p} upset or more and the end at least {n} "
        "point(s) below it",
        "开始时不满程度不低于 {p}，且结束时至少低 {n} 个百分点，才算好转",
    ),
    ("First {proof}, later {proof2}", "先是{proof}，后来是{proof2}"),
    (
        "Upset in {n} of {n2} utterance(s), where {n3} are asked for: {cites}",
        "{n2} 句中有 {n} 句明显不满，要求 {n3} 句：{cites}",
    ),
    ("Upset in {n} of {n2} utterance(s): {cites}", "{n2} 句中有 {n} 句明显不满：{cites}"),
    (
        "Never upset: at most {p} where {p2} is asked for",
        "未见明显不满：不满程度最高 {p}，达到 {p2} 才算",
    ),
    # terms and easy words
    ("{n} term(s) left unexplained", "{n} 个术语没有解释"),
    ("{n} term(s) explained too late", "{n} 个术语解释得太晚"),
    (
        "{n} term(s) left unexplained, {n2} term(s) explained too late",
        "{n} 个术语没有解释，{n2} 个术语解释得太晚",
    ),
    ("{effect} (counts {n}): {cites}", "{effect}（计 {n}）：{cites}"),
    ("{effect} (counts {n} each): {cites}", "{effect}（各计 {n}）：{cites}"),
    (
        "{It counts|Together they count} {n}, where at most {n2} is allowed",
        "合计 {n}，最多允许 {n2}",
    ),
    ("{It counts|Together they count} {n}, where nothing is allowed", "合计 {n}，不允许出现"),
    ("Explained: {list}", "已解释：{list}"),
    ("No term of the glossary was used", "没有用到术语表中的术语"),
    (
        "{n} term(s) of the glossary used, none of which counts",
        "用到术语表中 {n} 个术语，都不计",
    ),
    (
        "{n} term(s) of the glossary used, {and|both|all} explained: {list}",
        "用到术语表中 {n} 个术语，均已解释：{list}",
    ),
    (
        "{ease} {n} of {n2} over {n3} word(s), where {n4} is asked for",
        "{ease}为 {n}（满分 {n2}，共 {n3} 个词），要求 {n4}",
    ),
    (
        "{ease} {n}, {p} of the scale, over {n2} word(s), where {p2} is asked for",
        "{ease}为 {n}，相当于满分的 {p}（共 {n2} 个词），要求 {p2}",
    ),
    (
        "{p} common words over {n} word(s), where {p2} is asked for",
        "常用词占 {p}（共 {n} 个词），要求 {p2}",
    ),
    ("Least common: {names}", "最少见的词：{names}"),
    ("Longest: {proof}", "最长的一句：{proof}"),
    (
        "Too little is said in {where} (or {q} has no measure); {n} word(s) are needed",
        "{where}内容太少（或语言{q}没有测算办法），至少要 {n} 个词",
    ),
    # saying it again, one after another, several signs
    ("{who} says the same again {n} time(s): {repeats}", "{who}把同样的话又说了 {n} 次：{repeats}"),
    ("{who} does not say the same thing twice", "{who}没有重复说同样的话"),
    ("{n} are asked for", "满 {n} 次才算"),
    ("No step of the sequence concerns this call", "流程中没有适用于本通话的步骤"),
    ("{q} cannot be told: {sentence}", "{q}无法判断：{sentence}"),
    ("It cannot be told which steps were due: {sentence}", "无法确定该走哪些步骤：{sentence}"),
    ("Branch taken because of {proof}", "分支依据：{proof}"),
    ("Branch taken because of {sentence}", "分支依据：{sentence}"),
    (
        "{n} of {n2} {step|required step}(s) in order: {steps}",
        "{n2} 步中按次序完成 {n} 步：{steps}",
    ),
    ("{n} of {n2} {step|required step}(s): {steps}", "{n2} 步中完成 {n} 步：{steps}"),
    ("{misplaced}", "{misplaced}"),
    ("{n} of {n2} signal(s): {signals}", "{n2} 个迹象中有 {n} 个：{signals}"),
    ("{n} of {n2} signal(s)", "{n2} 个迹象中有 {n} 个"),
    ("Not there: {names}", "没有的迹象：{names}"),
    ("One of them has to be: {names}", "其中必须有：{names}"),
    ("{n} different ones are asked for", "满 {n} 个不同的迹象才算"),
)
