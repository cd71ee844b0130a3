"""What is odd about a call, and why one could not be inspected, in Chinese.

A table alone, as ``explanation_sentences_zh`` is of explanations.
"""

from __future__ import annotations

NOTES: tuple[tuple[str, str], ...] = (
    (
        "{n} s between {n2} and {n3} s are tones, music or noise and were not taken for speech",
        "{n2} 至 {n3} 秒之间有 {n} 秒是提示音、音乐或噪声，没有当作说话",
    ),
    (
        "{n} s between {n2} and {n3} s are another line coming through and were not taken for "
        "speech",
        "{n2} 至 {n3} 秒之间有 {n} 秒是串入的其他线路，没有当作说话",
    ),
    (
        "{n} s on the left channel are the other side coming through",
        "左声道有 {n} 秒是对方声音串入",
    ),
    (
        "{n} s on the right channel are the other side coming through",
        "右声道有 {n} 秒是对方声音串入",
    ),
    (
        "the manifest names a channel, but the recording has only one",
        "清单指定了声道，但录音只有一个声道",
    ),
    (
        "the recording has {n} channels; they were mixed into one",
        "录音有 {n} 个声道，已合为一个",
    ),
    ("the left channel is silent; only the other one was heard", "左声道无声，只听了右声道"),
    ("the right channel is silent; only the other one was heard", "右声道无声，只听了左声道"),
    (
        "both channels carry the same sound; the call was treated as mono",
        "两个声道声音相同，按单声道处理",
    ),
    (
        "agent and customer cannot be told apart with confidence",
        "没有把握区分坐席和客户",
    ),
    ("agent and customer were told apart by the agent's voice", "坐席和客户按坐席的声纹区分"),
    (
        "what is said and the agent's known voice point to different speakers",
        "说话内容与坐席的已知声纹指向不同的人",
    ),
    (
        "the manifest's channel for the agent is contradicted by {against}; it is followed all the "
        "same",
        "清单指定的坐席声道与{against}不符，仍按清单处理",
    ),
    (
        "the manifest's channel for the agent is contradicted by {against}; it is not followed",
        "清单指定的坐席声道与{against}不符，未按清单处理",
    ),
    ("no words to tell agent and customer by", "没有文字可供区分坐席和客户"),
    ("{n}–{n2} s gave no words: no speech", "{n}–{n2} 秒没有识别出文字：没有人说话"),
    ("{n}–{n2} s gave no words: silent", "{n}–{n2} 秒没有识别出文字：无声"),
    ("spoken in {text} and {names}", "通话语言为 {text} 和 {names}"),
    ("{n} people speak: this may be a conference", "有 {n} 人说话，可能是多方会议"),
    (
        "one speaks, then the other, and nobody answers: this may be a voicemail",
        "一方说完另一方说，没有应答，可能是语音留言",
    ),
    (
        "The rubric {text} has no version for the language {text2} (it has {names}), so the call "
        "was not judged by it.",
        "评分卡 {text} 没有 {text2} 语言的版本（有 {names}），未用它质检本通话。",
    ),
    (
        "The rubric {text} is for the language {text2} and the call is in {text3}, so the call was "
        "not judged by it.",
        "评分卡 {text} 用于 {text2} 语言，而本通话是 {text3}，未用它质检本通话。",
    ),
)
"""What is odd about a call."""

_NOT_AUDIO = (
    ("is encrypted (OpenSSL)", "已加密（OpenSSL）"),
    ("is encrypted (OpenPGP)", "已加密（OpenPGP）"),
    ("is encrypted (age)", "已加密（age）"),
    ("is encrypted", "已加密"),
    ("is an encrypted ZIP archive", "是加密的 ZIP 压缩包"),
    ("is a ZIP archive, not audio", "是 ZIP 压缩包，不是录音"),
    ("is a {n}-Zip archive, not audio", "是 {n}-Zip 压缩包，不是录音"),
    ("is a RAR archive, not audio", "是 RAR 压缩包，不是录音"),
    ("is {text}-compressed, not audio", "是 {text} 压缩文件，不是录音"),
    ("is a {text} picture, not audio", "是 {text} 图片，不是录音"),
    ("is a PDF document, not audio", "是 PDF 文档，不是录音"),
    ("is an Office document, not audio", "是 Office 文档，不是录音"),
    ("is a program, not audio", "是程序，不是录音"),
    ("is a database, not audio", "是数据库，不是录音"),
    ("is text, not audio", "是文本，不是录音"),
    ("is a folder", "是文件夹"),
    ("is a pipe or device without an end", "是没有结尾的管道或设备"),
    ("holds nothing but zero bytes, not audio", "只有零字节，不是录音"),
    (
        "is not audio; its bytes look encrypted or compressed",
        "不是录音，内容像是加密或压缩过的",
    ),
    (
        "is not audio, or is in a format that is not supported",
        "不是录音，或是不支持的格式",
    ),
    ("holds video but no audio", "有视频但没有声音"),
)

FAULTS: tuple[tuple[str, str], ...] = (
    *_NOT_AUDIO,
    ("does not exist any more", "文件已不存在"),
    ("the recording is not at its place any more", "录音已不在原处"),
    ("is another file than was inspected", "已不是质检过的那个文件"),
    ("is empty ({n} bytes)", "是空文件（{n} 字节）"),
    ("cannot be read ({text})", "无法读取（{text}）"),
    (
        "is an MP{n} without a readable index of its sound: cut short or never finished",
        "是没有可读索引的 MP{n}：被截断，或录制没有正常结束",
    ),
    (
        "begins like a recording, but its header is damaged or cut short",
        "开头像录音，但文件头已损坏或被截断",
    ),
    ("is copy-protected (DRM)", "有版权保护（DRM）"),
    ("holds audio in a codec that cannot be decoded", "声音的编码格式无法解码"),
    ("has more than {n} audio channels", "声道超过 {n} 个"),
    ("has {n} audio channels", "有 {n} 个声道"),
    ("is longer than the limit of {n} hours", "超过 {n} 小时的上限"),
    ("needs too much memory to decode", "解码所需内存过大"),
    ("is damaged ({text})", "已损坏（{text}）"),
    ("could not be decoded ({text})", "无法解码（{text}）"),
    ("was not decoded within {n} s and was given up", "{n} 秒内未能解码，已放弃"),
    ("made the decoder crash ({text})", "导致解码器崩溃（{text}）"),
    (
        "is too short to judge: {n} s, at least {n2} s are needed",
        "太短，无法质检：只有 {n} 秒，至少要 {n2} 秒",
    ),
    ("is silent: nothing but zeros in {n} s", "没有声音：{n} 秒全是零"),
    ("is silent: peak {n} dBFS in {n2} s", "没有声音：{n2} 秒内峰值仅 {n} 分贝（满刻度）"),
    (
        "holds no sound that can be decoded: {n} s[ of the stated {n2} s]",
        "没有可以解码的声音：{n} 秒[，文件标明 {n2} 秒]",
    ),
    (
        "is cut short or damaged: {n} s of the stated {n2} s could be decoded",
        "被截断或损坏：标明 {n2} 秒，只能解码 {n} 秒",
    ),
    (
        "is cut short: it breaks off after {n} s, before its last part ends",
        "被截断：在 {n} 秒处中断，最后一段不完整",
    ),
    (
        "is damaged: {n} s of {n2} s could not be decoded",
        "已损坏：{n2} 秒中有 {n} 秒无法解码",
    ),
    ("nobody speaks in this recording", "录音中没有人说话"),
    ("nobody speaks in this recording; {note}", "录音中没有人说话；{note}"),
    ("nobody speaks in this recording; {note}; {note2}", "录音中没有人说话；{note}；{note2}"),
    ("no words were recognised in this recording", "录音中没有识别出文字"),
    ("an imported transcript has no audio", "导入的文字记录没有录音"),
    ("the call was imported as text: there is no recording", "通话是导入的文字，没有录音"),
    ("the call has no times", "通话没有时间信息"),
    ("the call was not heard to its end", "通话没有听完"),
    ("the sound could not be written ({text})", "声音无法写出（{text}）"),
    ("diarization failed ({text})", "区分说话人失败（{text}）"),
    (
        "the model {text} does not know the language {text2}",
        "模型 {text} 不支持语言 {text2}",
    ),
    ("unexpected {text} while inspecting: {text2}", "质检时出现意外错误 {text}：{text2}"),
)
"""Why a call could not be inspected, or has no sound."""

CURES: tuple[tuple[str, str], ...] = (
    ("check that it is a recording, unencrypted and whole", "请检查它是不是完整、未加密的录音"),
    ("put it back and run again", "请放回原处再运行"),
    ("name the recordings in it", "请指定其中的录音"),
    ("record to an ordinary file", "请录到普通文件"),
    ("copy the recording again[ from its source]", "请重新复制录音"),
    ("check the file's permissions and the disk", "请检查文件权限和磁盘"),
    ("export it without protection", "请导出无保护的版本"),
    ("export the call's own channels", "请只导出该通话的声道"),
    ("split the recording into its calls", "请把录音拆成单通电话"),
    ("convert it to WAV or FLAC", "请转换为 WAV 或 FLAC"),
    ("convert it to WAV or FLAC, or raise the time limit", "请转换为 WAV 或 FLAC，或放宽时限"),
    (
        "convert it to WAV or FLAC and report the file's format",
        "请转换为 WAV 或 FLAC，并反馈文件格式",
    ),
    ("leave it out", "请略去此文件"),
    ("check the recorder's input", "请检查录音设备的输入"),
    ("listen to it; there is nothing to judge without speech", "请听一下；没有人说话就无从质检"),
    ("inspect it again", "请重新质检"),
    ("run again", "请再次运行"),
    ("run it again with --device cpu", "请用 --device cpu 再次运行"),
    ("try --device cpu, or a smaller model or batch", "请试用 --device cpu，或更小的模型或批次"),
    (
        "give[ --language] one of Whisper's codes, such as {names}",
        "请指定 Whisper 的语言代码，如 {names}",
    ),
    (
        "run again with --debug and --retry-failed to see where, and report it",
        "请用 --debug 和 --retry-failed 再次运行以查明位置，并反馈",
    ),
)
"""What can be done about it."""
