"""``classifier``: a text-classification model says that something is there.

What it does: gives each utterance to a model of the transformers library and adds up the
likelihoods of the ``labels`` that count (of a model whose labels do not exclude one another, it
takes the greatest). A hit reaches ``threshold``; ``at_least`` utterances must hit. ``model`` is a
folder, from the rubric file or the working folder, or the name of a hub repository (``owner/name``)
that is already on this machine. Nothing is fetched, only weights in the safetensors format are
opened, and code that comes with a model is not run. ``by: sentence`` asks about each sentence.

Why it matters: for toxicity, intent or mood there are models trained on far more lines than a team
can label. A large one costs 20–200 ms of processor time an utterance, so scope it.

Example::

    flags:
      - id: threat
        kind: classifier
        role: customer
        model: models/toxicity
        labels: ["toxic", "threat"]
        threshold: 0.8
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from qa_inspect.errors import ModelError
from qa_inspect.rubric.checks.context import Context, Findings, Kind
from qa_inspect.rubric.checks.scored_lines import By, judged, likeliest, pieces
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.schema import Quantity, Rule, Share
from qa_inspect.rubric.text_classifier import TextClassifier
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import listed

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Classifier(Rule):
    """Fields of ``classifier``."""

    kind: Literal["classifier"] = "classifier"
    model: Text
    labels: Annotated[tuple[Text, ...], Field(min_length=1, max_length=200)]
    threshold: Share = 0.5
    at_least: Quantity = 1
    by: By = "utterance"

    @property
    def in_words(self) -> str:
        """``what the model toxicity calls “toxic”``."""
        return f"what the model {self.model} calls {listed(self.labels, 3)}"


def _model(rule: Classifier, context: Context) -> TextClassifier:
    return context.tools.classifier(rule.model, context.rubric.path)


def columns_of(rule: Classifier, model: TextClassifier) -> list[int]:
    """Where the labels that count stand in the model's answers. Raises ModelError."""
    known = {label.casefold(): at for at, label in enumerate(model.labels)}
    for label in rule.labels:
        if label.casefold() not in known:
            raise ModelError(
                f"the model {model.name} has no label {label}",
                cure=did_you_mean(label, model.labels),
            )
    return list(dict.fromkeys(known[label.casefold()] for label in rule.labels))


def _find(rule: Classifier, lines: Sequence[Line], context: Context) -> Findings:
    model = _model(rule, context)
    columns = columns_of(rule, model)
    asked = pieces(lines, rule.by, context)
    if not asked:
        return {}
    counted = model.classify([text for *_, text in asked])[:, columns]
    scores = counted.sum(axis=1) if model.exclusive else counted.max(axis=1)
    whats = [model.labels[columns[at]] for at in counted.argmax(axis=1).tolist()]
    return likeliest(asked, scores.clip(0.0, 1.0).tolist(), rule.threshold, whats)


def _check(rule: Classifier, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    return judged(
        context,
        search,
        _find(rule, search.lines, context),
        asked=f"the model {rule.model} for {listed(rule.labels, 3)}",
        threshold=rule.threshold,
        at_least=rule.at_least,
    )


KIND = Kind(
    "classifier",
    Classifier,
    _check,
    _find,
    change="It would have passed had the model found it likely enough in more of what was "
    "said there.",
    kept="It would have failed had the model found it likely nowhere there.",
    retried=False,
)
