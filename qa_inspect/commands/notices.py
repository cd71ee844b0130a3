"""Tells people or programs that a run has ended: a webhook, e-mail or a chat's service.

Only figures leave: no words, no names, no paths. A notice that cannot be sent is a warning and
never changes how a run came out. This module does not know runs.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

from qa_inspect.errors import InputError

ENVIRONMENT = "QA_INSPECT_NOTIFY"
"""Addresses for notices, with blanks between them; kept out of command lines, for they may hold
passwords."""

_TIMEOUT_S = 20.0


def addresses(given: Sequence[str]) -> tuple[str, ...]:
    """The addresses of ``--notify`` and of the environment, each checked.

    Raises:
        InputError: one of them is no address that notices can go to.
    """
    wanted = tuple(dict.fromkeys((*given, *os.environ.get(ENVIRONMENT, "").split())))
    for address in wanted:
        if not _is_webhook(address) and not _service(address):
            raise InputError(
                f"notices cannot go to {_harmless(address)}",
                where="--notify" if address in given else ENVIRONMENT,
                cure="give https://… for a webhook, or mailto://user:password@server?to=… and the "
                "like, as Apprise describes them",
            )
    return wanted


def send(wanted: Sequence[str], title: str, text: str, figures: Mapping[str, Any]) -> list[str]:
    """Send a notice to every address; gives a sentence for each that could not be reached.

    A webhook gets ``figures`` as the JSON of one POST; other services get ``title`` and ``text``.
    """
    failed = []
    for address in wanted:
        why = _post(address, figures) if _is_webhook(address) else _tell(address, title, text)
        if why:
            failed.append(f"no notice could be sent to {_harmless(address)}: {why}")
    return failed


def _is_webhook(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _post(address: str, figures: Mapping[str, Any]) -> str:
    import requests

    try:
        answer = requests.post(address, json=figures, timeout=_TIMEOUT_S)
    except (requests.RequestException, ValueError) as error:
        return type(error).__name__
    return "" if answer.ok else f"the server answered {answer.status_code}"


def _tell(address: str, title: str, text: str) -> str:
    service = _service(address)
    return "" if service and service.notify(title=title, body=text) else "the service refused it"


def _service(address: str) -> Any:
    """Apprise with that address, None where it knows no such service."""
    import apprise

    # It names the whole address in what it logs, passwords too; our own sentences do not.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    service = apprise.Apprise()
    return service if service.add(address) else None


def _harmless(address: str) -> str:
    """The address without what may be secret in it."""
    scheme, _, rest = address.partition("://")
    host = rest.split("@")[-1].split("/", 1)[0].split("?", 1)[0]
    return f"{scheme}://{host}" if rest else "what was given"
