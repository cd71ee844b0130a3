"""Which language a phrase is in that no pack is written for: by its script or its small words.

It is asked where a phrase is probably in the wrong language, so it answers only where that is
plain. This module does not know rubrics.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_LEAST = 2
_SHARE = 0.3
"""How many small words of a language a phrase must hold, and what share of its words."""

_SCRIPTS = (
    ("Japanese", re.compile("[\u3041-\u30ff]")),
    ("Korean", re.compile("[\u1100-\u11ff\uac00-\ud7a3]")),
    ("Russian or another language in Cyrillic letters", re.compile("[\u0400-\u04ff]")),
    ("Arabic", re.compile("[\u0600-\u06ff]")),
    ("Hindi", re.compile("[\u0900-\u097f]")),
    ("Tamil", re.compile("[\u0b80-\u0bff]")),
    ("Hebrew", re.compile("[\u0590-\u05ff]")),
    ("Greek", re.compile("[\u0370-\u03ff]")),
    ("Lao", re.compile("[\u0e80-\u0eff]")),
    ("Burmese", re.compile("[\u1000-\u109f]")),
    ("Khmer", re.compile("[\u1780-\u17ff]")),
)

_WORDS: Mapping[str, str] = {
    "German": "ich sie wir ihr ihnen ihre ihren der das dem den des ein eine einen einem einer "
    "und oder nicht kein keine ist sind war haben habe hat wird werden kann können auf für mit von "
    "zu zum zur bei nach über bitte danke vielen dank guten tag wie auch noch dass uns mir mich "
    "mein unser darf gerne es im am aus wenn",
    "French": "je vous nous il elle les des une du au aux est sont suis avez avons pour pas dans "
    "sur avec que qui votre notre vos bonjour merci s'il plaît monsieur madame peux puis être mon "
    "ma mes cette et où ça ne de le la c'est êtes",
    "Spanish": "usted ustedes los las una unos para por con que qué es está estoy son muy buenos "
    "buenas días tardes gracias favor señor señora su mi puedo puede cómo el la de del al en se lo "
    "le y nosotros tiene tengo hola ayudar",
    "Italian": "il lo gli una uno per con che è sono sei siamo buongiorno grazie prego signore "
    "signora posso può come della del dei nel alla lei suo sua mio non di la le si ho ha mi",
    "Portuguese": "você vocês os as uma para por com que é está são muito bom boa dia tarde "
    "obrigado obrigada senhor senhora posso pode como do da dos das no na seu sua meu não em eu de "
    "se o ajudar",
    "Dutch": "ik jij u wij zij het een en of niet geen is zijn was heb hebt heeft kan kunt voor "
    "met van naar bij op uw goedemorgen goedemiddag dank bedankt alstublieft hoe ook nog dat de te",
    "Polish": "ja pan pani jest są nie tak czy jak dla na do się proszę dziękuję dzień dobry mogę "
    "może moje pana w z co to panu",
    "Turkish": "ben siz biz bir bu ve için değil nasıl var yok günaydın merhaba teşekkür ederim "
    "lütfen size sizin yardımcı olabilirim olur mu mı ile çok",
    "Tagalog": "ang ng mga sa ako ikaw kayo kami po opo hindi oo salamat magandang umaga paano ba "
    "ito inyo namin natin lang para si ni na at kung",
}
_BY_LANGUAGE = {name: frozenset(words.split()) for name, words in _WORDS.items()}


def language_by_script(text: str) -> str:
    """The language whose script a text holds, where no pack's language is written in it."""
    return next((name for name, letters in _SCRIPTS if letters.search(text)), "")


def language_by_function_words(said: Sequence[str]) -> str:
    """The language whose small words are plainly among ``said`` (lower case); else empty.

    ``said`` are the words of a phrase that are not usual in the language it should be in.
    """
    counted = {name: len(words.intersection(said)) for name, words in _BY_LANGUAGE.items()}
    best = max(counted, key=lambda name: counted[name])
    enough = counted[best] >= max(_LEAST, _SHARE * len(said))
    return best if enough else ""
