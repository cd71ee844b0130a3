"""Every word of a trainer pack's page, in English and in Chinese.

This module does not know clips or pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CLIPS_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "clips.title": "Trainer pack",
        "clips.asked": "Asked for",
        "clips.asked.flag": "flag",
        "clips.asked.item": "item",
        "clips.asked.status": "verdict",
        "clips.asked.agent": "agent",
        "clips.asked.topic": "topic",
        "clips.asked.query": "meaning",
        "clips.asked.said_by": "said by",
        "clips.asked.min_severity": "severity at least",
        "clips.asked.since": "from",
        "clips.asked.until": "until before",
        "clips.asked.pairs": "pairs",
        "clips.asked.yes": "yes",
        "clips.yes": "yes",
        "clips.count_one": "1 clip",
        "clips.count": "{n} clips",
        "clips.pair_count_one": "1 pair",
        "clips.pair_count": "{n} pairs",
        "clips.from_calls_one": "from 1 call",
        "clips.from_calls": "from {n} calls",
        "clips.redacted": "Personal data is silenced in the sound and masked in the words. A "
        "machine looked for it: listen before you show a clip to anyone.",
        "clips.unredacted": "This pack holds personal data.",
        "clips.unredacted_about": "{who} had it made without hiding any ({when}, --unredacted); "
        "the database keeps a record of it. Show it only to those who may hear these calls.",
        "clips.disguised": "Voices disguised: {who}. Colleagues will not know them by ear; experts "
        "could undo the disguise, and words and accent stay.",
        "clips.voices_kept": "Voices are as they were recorded.",
        "clips.pairs": "Pairs",
        "clips.pairs_about": "The same topic and the same item: well done on one side, badly on "
        "the other.",
        "clips.good": "Well done",
        "clips.bad": "Badly done",
        "clips.all": "Clips",
        "clips.search": "Search",
        "clips.search_hint": "Words, call, agent…",
        "clips.why": "Why",
        "clips.anything": "anything",
        "clips.said_by": "Evidence said by",
        "clips.anyone": "anyone",
        "clips.none_match": "No clip matches.",
        "clips.shown": "{n} shown",
        "clips.at": "{start}–{end} in the call",
        "clips.fit": "fits {share}",
        "clips.sure": "{share} sure",
        "clips.by.flag": "Flag",
        "clips.by.item": "Item",
        "clips.by.topic": "Topic",
        "clips.by.query": "Meaning",
        "clips.usual_place": "This call has no such moment. The clip is from the place where "
        "other calls mostly have one.",
        "clips.opening": "Only the manifest names this topic: this is the call's beginning.",
        "clips.fragile": "This verdict is fragile: it hinges on who is who, or on words "
        "hardly heard.",
        "clips.silenced_one": "1 place silenced",
        "clips.silenced": "{n} places silenced",
        "clips.no_sound": "Words only: {reason}.",
        "clips.nothing_said": "No words were recognised here.",
        "clips.left_out": "Left out",
        "clips.left_out_about": "Calls that were chosen and gave no clip, and why.",
        "clips.agent_number": "Agent {number}",
        "clips.play": "Play from here",
    }
)

CLIPS_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "clips.title": "培训片段",
        "clips.asked": "选取条件",
        "clips.asked.flag": "风险标记",
        "clips.asked.item": "评分项",
        "clips.asked.status": "结论",
        "clips.asked.agent": "坐席",
        "clips.asked.topic": "话题",
        "clips.asked.query": "含义",
        "clips.asked.said_by": "说话人",
        "clips.asked.min_severity": "严重程度不低于",
        "clips.asked.since": "起",
        "clips.asked.until": "止（不含）",
        "clips.asked.pairs": "对照",
        "clips.asked.yes": "是",
        "clips.yes": "是",
        "clips.count_one": "1 个片段",
        "clips.count": "{n} 个片段",
        "clips.pair_count_one": "1 组对照",
        "clips.pair_count": "{n} 组对照",
        "clips.from_calls_one": "来自 1 通电话",
        "clips.from_calls": "来自 {n} 通电话",
        "clips.redacted": "录音中的个人信息已静音，文字中的已遮盖。"
        "查找由机器完成：给别人听之前，请先自己听一遍。",
        "clips.unredacted": "本片段集含有个人信息。",
        "clips.unredacted_about": "由 {who} 制作，未作任何遮盖（{when}，--unredacted）；"
        "数据库中已留有记录。只可给有权听这些电话的人。",
        "clips.disguised": "已变声：{who}。同事凭耳朵认不出来；"
        "专业人员可能还原，用词和口音也没有改变。",
        "clips.voices_kept": "声音与录音一致，未作变声。",
        "clips.pairs": "对照",
        "clips.pairs_about": "同一话题、同一评分项：一边做得好，一边做得不好。",
        "clips.good": "做得好",
        "clips.bad": "做得不好",
        "clips.all": "片段",
        "clips.search": "搜索",
        "clips.search_hint": "文字、电话、坐席……",
        "clips.why": "原因",
        "clips.anything": "不限",
        "clips.said_by": "证据由谁说",
        "clips.anyone": "不限",
        "clips.none_match": "没有符合的片段。",
        "clips.shown": "显示 {n} 个",
        "clips.at": "电话中的 {start}–{end}",
        "clips.fit": "符合度 {share}",
        "clips.sure": "把握 {share}",
        "clips.by.flag": "风险标记",
        "clips.by.item": "评分项",
        "clips.by.topic": "话题",
        "clips.by.query": "含义",
        "clips.usual_place": "这通电话里没有这样的地方，片段取自其他电话中通常出现它的位置。",
        "clips.opening": "这个话题只在清单中注明：这里是电话的开头。",
        "clips.fragile": "这个结论不稳固：取决于说话人的区分，或取决于没听清的词。",
        "clips.silenced_one": "静音 1 处",
        "clips.silenced": "静音 {n} 处",
        "clips.no_sound": "只有文字：{reason}。",
        "clips.nothing_said": "这里没有识别出文字。",
        "clips.left_out": "未收入",
        "clips.left_out_about": "选中却没有做成片段的电话，以及原因。",
        "clips.agent_number": "坐席 {number}",
        "clips.play": "从这里播放",
    }
)
