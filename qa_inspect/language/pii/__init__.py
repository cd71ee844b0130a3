"""Personal data in what people say on the telephone: found, and masked in text.

``find_personal_data`` looks at one text, ``find_in_utterances`` at a call, where the answer to a
question and a number dictated over several utterances are found too. ``KINDS`` explains the kinds.
"""

from qa_inspect.language.pii.conversation import find_in_utterances
from qa_inspect.language.pii.finding import find_personal_data
from qa_inspect.language.pii.kinds import KINDS, PersonalData, mask

__all__ = ["KINDS", "PersonalData", "find_in_utterances", "find_personal_data", "mask"]
