"""How near a call came to a flag that was not raised: a verdict keeps only flags that were.

The flag's rule is asked again, with what the store knows of other calls. This module does not know
how the answer is told.
"""

from __future__ import annotations

from qa_inspect.batch.histories import Histories
from qa_inspect.batch.inspect import Judge
from qa_inspect.domain import CallResult
from qa_inspect.errors import QaInspectError
from qa_inspect.rubric.explain import Answer
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.schema import FlagRule, Rubric
from qa_inspect.store.results import Store


def unraised(store: Store, call: CallResult, judge: Judge) -> Answer:
    """Asks rules about ``call``; None as answer where it has no words or a model is missing. The
    store has to be open while it is used."""

    def answer(rubric: Rubric, flag: FlagRule) -> Outcome | None:
        from qa_inspect.rubric.checks.context import Context
        from qa_inspect.rubric.checks.table import KINDS
        from qa_inspect.rubric.view import CallView

        if call.transcript is None:
            return None
        try:
            needs = judge.needs({call.transcript.language})
            with store.reading() as connection:
                pasts = Histories(store, needs).pasts(connection, [call.recording])
            past = pasts.get(call.recording.call_id)
            view = CallView(call.transcript, call.recording.metadata, past=past)
            return Context(view, rubric, judge.tools, KINDS).judge(flag.rule)
        except QaInspectError:
            return None

    return answer
