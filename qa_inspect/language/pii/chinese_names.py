"""Chinese names in both scripts: before 先生, after 我叫, a surname with one or two characters.

This module does not know figures or the other languages.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence

import regex

from qa_inspect.language.chinese_script import one_script
from qa_inspect.language.pii.kinds import PersonalData
from qa_inspect.language.pii.name_lists import family_names, listed_people
from qa_inspect.language.pii.words import words_of
from qa_inspect.language.tokens import cut_chinese, is_known_chinese

_COMMON = 10**-5.1
"""Share of all words from which characters are a common word."""
_WINDOW = 8
"""Characters before a name that are cut into words with it."""
_LATIN_NAME = regex.compile(r"\s?(?-i:[A-Z])[a-z]+(?: (?-i:[A-Z])[a-z]+){0,2}")
_END = r"(?=[，。,.！!？? 、]|$|的|啊|呢|吧|吗|对|是|先生|女士|小姐)"
_FILLERS = regex.compile(r"[嗯呃啊哦喂是的对我叫姓这边就哈呀呢吧你您好，。,.\s]")
_PART_END = regex.compile(r"[，,。.\s]")
_WHOLE_END = _END[3:-1] + "|[三两]个字|就|说|要|在|想|接|您|你|帮"
_NUMBER_SOON = regex.compile(
    r"[，,、 ](?:[^。！？!?]{0,14}?[a-z\d零〇一二三四五六七八九幺两]{3}|"
    r"\p{Han}{0,8}[A-Z]{1,4}\p{Han}?[\d一二三四五六七八九零幺])",
    regex.IGNORECASE,
)
_SPLIT = regex.compile(r"[，,、 ](?:\p{Han}{1,3}[，,、。]|$)")
"""After words in a list, which are no names: 路由器，电视，都坏了."""
_NOT_IN_GIVEN = frozenset(
    "的了吗呢吧啊是我你您他她它们这那不没有在和跟就都也"
    "还要会能可把被给让到去来说看想叫做请谁啥么个位姐哥叔姨总"
)
_NEVER = ("师傅", "大哥", "大姐", "阿姨", *"的了吗呢吧啊是我你您他她它们这那不没姐哥叔姨总")
"""Characters that are in no name, also where its family name was told before."""
_SURNAME_WORDS = frozenset("和那向从别时应能干单全农后都哈边解况楚费信就也还用把")
"""Surnames that are common words: a name only where something introduces it."""


def chinese_names(text: str, *, asked: bool = False) -> Iterator[PersonalData]:
    """The names of a text in either script, in no order; they may overlap."""
    one = one_script(text)
    patterns = _patterns()
    families: set[str] = set()
    for match in patterns["titled"].finditer(one, overlapped=True):
        if _is_name(match["name"]) and _begins_word(one, *match.span("name")):
            yield PersonalData(*match.span("name"), "name", 0.9)
    for match in patterns["introduced"].finditer(one):
        if _is_name(match["name"]) and not _common(match["name"]):
            yield PersonalData(*match.span("name"), "name", 0.9)
        latin = _LATIN_NAME.match(one, match.start("name"))
        if latin:
            yield PersonalData(*latin.span(), "name", 0.85)
    for match in patterns["surname"].finditer(one):
        if match["name"] in _surnames() and not _is_word(one, match):
            families.add(match["name"])
            yield PersonalData(*match.span("name"), "name", 0.85)
    yield from chinese_whole(one, families)
    yield from _self_named(one)
    for match in patterns["wanted"].finditer(one):
        if _is_whole_name(match["name"]):
            yield PersonalData(*match.span("name"), "name", 0.75)
    if asked:
        yield from _answer(one)


def chinese_whole(text: str, families: Collection[str]) -> Iterator[PersonalData]:
    """Whole names of people whose family names were told: 我姓张，张建国."""
    if not families:
        return
    one = one_script(text)
    listed = "|".join(sorted(families, key=len, reverse=True))
    pattern = rf"(?:^|[，。,.！!？?、 叫是])(?P<name>(?:{listed})\p{{Han}}{{1,2}}?)(?={_WHOLE_END})"
    for match in regex.finditer(pattern, one):
        never = (*_NEVER, *words_of("zh").not_names)
        if not _is_ordinary(match["name"]) and not any(one in match["name"] for one in never):
            yield PersonalData(*match.span("name"), "name", 0.85)


def _self_named(one: str) -> Iterator[PersonalData]:
    """Who begins with a name, as people do who tell who they are: 王小明，快递单号…"""
    match = _patterns()["begun"].match(one)
    if match and _is_whole_name(match["name"]):
        numbered = _NUMBER_SOON.match(one, match.end("name")) is not None
        if numbered or (len(match["name"]) > 2 and not _SPLIT.match(one, match.end("name"))):
            yield PersonalData(*match.span("name"), "name", 0.8 if numbered else 0.7)


def _is_whole_name(name: str) -> bool:
    """Whether characters may be a family and a given name and are no word."""
    return _is_name(name) and not _is_ordinary(name)


def _is_ordinary(name: str) -> bool:
    """Whether characters are a word of the dictionary other than a name."""
    return _common(name) or (is_known_chinese(name) and name not in listed_people())


def chinese_known(text: str, known_names: Sequence[str]) -> Iterator[PersonalData]:
    """Known Chinese names, whole, without the surname, or the surname before a title."""
    one = one_script(text)
    titles = "|".join(words_of("zh").titles_after)
    for name in map(one_script, known_names):
        if not regex.fullmatch(r"\p{Han}{2,4}", name):
            continue
        family = name[:2] if name[:2] in _surnames() and len(name) > 2 else name[:1]
        given = name[len(family) :]
        forms = [name, *([given] if len(given) > 1 else []), f"[小老阿]{family}"]
        for match in regex.finditer(f"{'|'.join(forms)}|{family}(?={titles})", one):
            yield PersonalData(*match.span(), "name", 0.97)


def _answer(one: str) -> Iterator[PersonalData]:
    """A short answer to a question for a name: all of it but fillers, if a surname begins it."""
    left = _FILLERS.sub("", one)
    first = _FILLERS.sub("", _PART_END.split(one.strip(" ，,。"), maxsplit=1)[0])
    left = first if len(left) > 4 else left
    if 2 <= len(left) <= 4 and left in one and _is_name(left) and not _common(left):
        start = one.index(left)
        yield PersonalData(start, start + len(left), "name", 0.75)


def _is_name(name: str) -> bool:
    """Whether characters begin with a surname and hold no word that no name has."""
    if any(word in name for word in words_of("zh").not_names):
        return False
    if len(name) == 2 and name[0] in "小老阿" and name[1] in _surnames():
        return True
    family = 2 if name[:2] in _surnames() else 1
    if name[:family] not in _surnames():
        return False
    return not any(letter in _NOT_IN_GIVEN for letter in name[family:])


def _begins_word(one: str, start: int, end: int) -> bool:
    """Whether a name stands apart from what is before it: 解 of 理解 does not."""
    if _common(one[start:end]):
        return False
    place = first = max(0, start - _WINDOW)
    for piece in cut_chinese(one[first : end + 2]):
        if place == start:
            return True
        place += len(piece)
    return False


def _common(name: str) -> bool:
    """Whether two characters and more are a common word."""
    from wordfreq import get_frequency_dict

    # asked whole: zipf_frequency would cut it up, with a dictionary of its own
    return len(name) > 1 and get_frequency_dict("zh").get(name, 0.0) >= _COMMON


def _is_word(one: str, match: regex.Match[str]) -> bool:
    around = one[match.start("name") : match.end("name") + 1]
    return around in words_of("zh").not_names


@functools.cache
def _surnames() -> frozenset[str]:
    return family_names("zh")


@functools.cache
def _patterns() -> dict[str, regex.Pattern[str]]:
    words = words_of("zh")
    single = "".join(sorted(name for name in _surnames() if len(name) == 1))
    plain = "".join(sorted(set(single) - _SURNAME_WORDS))
    double = "|".join(sorted(name for name in _surnames() if len(name) == 2))
    family = f"(?:{double}|[{single}])"
    titles = "|".join(words.titles_after)
    given = r"\p{Han}"
    strong = "|".join(sorted(words.introductions, key=len, reverse=True))
    weak = "|".join(sorted(words.weak_introductions, key=len, reverse=True))
    openings = "|".join(words.openings)
    strong_cues = "|".join(words.name_cues)
    weak_cues = "|".join(words.weak_name_cues)
    does = "|".join(words.after_names)
    return {
        "begun": regex.compile(
            rf"(?:(?:{openings})[，,、。. ]*)*(?P<name>(?:{double}|[{plain}]){given}{{1,2}}?)"
            r"(?=[，,、 ])"
        ),
        "wanted": regex.compile(
            rf"(?:{strong_cues})(?P<name>(?:{double}|[{plain}]){given}{{1,2}}?)(?:{_END}|(?={does}|就))|"
            rf"(?:{weak_cues})(?P<name>(?:{double}|[{plain}]){given}{{1,2}}?)(?={does})"
        ),
        "titled": regex.compile(
            rf"(?P<name>(?:{double}|[{plain}]){given}{{0,2}}?)(?:{titles})|"
            rf"(?:^|[，。,. 是叫找])(?P<name>{family})(?:{titles})"
        ),
        "introduced": regex.compile(
            rf"(?:{strong})[，,：: ]?(?P<name>{family}{given}{{1,2}}?(?:{_END})|"
            rf"{family}{given}{{1,2}}|[A-Za-z]|[小阿老][{single}])"
        ),
        "surname": regex.compile(rf"(?:{weak})(?P<name>{double}|[{single}]){_END}"),
    }
