"""A language model on the house's own network, asked over the OpenAI-compatible protocol.

It is used only where ``QA_INSPECT_LLM_URL`` names it (for example ``http://127.0.0.1:8080/v1``);
``QA_INSPECT_LLM_MODEL`` chooses among a server's models and ``QA_INSPECT_LLM_KEY`` is sent where a
server asks for one. What is said in calls may not leave the house: addresses outside private
networks are refused, proxies and redirects are not followed. This module does not know rubrics,
calls or what is asked.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from qa_inspect.errors import InputError

URL, MODEL, KEY = "QA_INSPECT_LLM_URL", "QA_INSPECT_LLM_MODEL", "QA_INSPECT_LLM_KEY"
TIMEOUT_S = 120.0
CONNECT_S = 5.0
MOST_FAILURES = 3
"""Failures in a row after which the server is not asked again, so that it delays no batch."""
_LONGEST_ANSWER = 600
_LONGEST_COMPLAINT = 200


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Where the model is. ``model`` is empty for the only or first one of the server."""

    url: str
    model: str = ""
    key: str = field(default="", repr=False)
    timeout_s: float = TIMEOUT_S


class LlmFault(Exception):
    """The server could not be asked, or did not answer; the message says why, in a sentence."""


def settings_from(environment: Mapping[str, str] = os.environ) -> LlmSettings | None:
    """The server that is configured, or None.

    Raises InputError where the address cannot be used or lies outside the house.
    """
    url = environment.get(URL, "").strip().rstrip("/")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(
            f"“{url}” is no address of a language model",
            where=URL,
            cure="write it as http://127.0.0.1:8080/v1",
        )
    _refuse_strangers(parts.hostname)
    return LlmSettings(url, environment.get(MODEL, "").strip(), environment.get(KEY, "").strip())


def _refuse_strangers(host: str) -> None:
    """Raises InputError for a host that is not certainly on this machine or a private network."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise InputError(
            f"the language model's host {host} is not known",
            where=URL,
            cure="name a host of your own network, or unset it to go without",
        ) from error
    for address in found:
        at = ipaddress.ip_address(address.partition("%")[0])
        if not (at.is_loopback or at.is_private or at.is_link_local):
            raise InputError(
                f"the language model's host {host} lies outside your network, and what is said in "
                "calls may not leave it",
                where=URL,
                cure="name a server of your own network, or unset it to go without",
            )


class LlmServer:
    """Asks one question after another; gives up after several failures in a row."""

    def __init__(self, settings: LlmSettings) -> None:
        import requests

        self.settings = settings
        self._session = requests.Session()
        # a proxy or a .netrc of the environment would carry texts and keys elsewhere
        self._session.trust_env = False
        if settings.key:
            self._session.headers["Authorization"] = f"Bearer {settings.key}"
        self._model = settings.model
        self._failures = 0
        self._last = ""
        self._answers: dict[tuple[str, str], str] = {}

    def ask(self, system: str, user: str, schema: Mapping[str, Any]) -> str:
        """The text of the answer, which the server was told to shape after a JSON schema.

        The same question is asked once. Raises LlmFault.
        """
        known = self._answers.get((system, user))
        if known is None:
            known = self._answers[(system, user)] = self._asked(system, user, schema)
        return known

    @property
    def model(self) -> str:
        """The model that is asked: the named one, else the server's first. Raises LlmFault."""
        if not self._model:
            listed = self._send("GET", "models").get("data")
            names = [str(entry.get("id", "")) for entry in listed] if listed else []
            if not names or not names[0]:
                raise LlmFault(f"the language model's server lists no model; set {MODEL}")
            self._model = names[0]
        return self._model

    def _asked(self, system: str, user: str, schema: Mapping[str, Any]) -> str:
        if self._failures >= MOST_FAILURES:
            raise LlmFault(
                f"the language model's server failed {self._failures} times in a row and is not "
                f"asked any more in this run: {self._last}"
            )
        try:
            text = self._completion(system, user, schema)
        except LlmFault as fault:
            self._failures += 1
            self._last = str(fault)
            raise
        self._failures = 0
        return text

    def _completion(self, system: str, user: str, schema: Mapping[str, Any]) -> str:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": user},
            ],
            "temperature": 0,
            "seed": 0,
            "max_tokens": _LONGEST_ANSWER,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
            },
        }
        answer = self._send("POST", "chat/completions", body)
        try:
            text = answer["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            text = None
        if not isinstance(text, str) or not text.strip():
            raise LlmFault("the language model's server answered without a text")
        return text

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        import requests

        try:
            response = self._session.request(
                method,
                f"{self.settings.url}/{path}",
                json=body,
                timeout=(CONNECT_S, self.settings.timeout_s),
                allow_redirects=False,
            )
        except requests.Timeout as error:
            raise LlmFault(
                f"the language model's server did not answer in {self.settings.timeout_s:g} s"
            ) from error
        except requests.RequestException as error:
            raise LlmFault(
                f"the language model's server at {self.settings.url} cannot be reached"
            ) from error
        if response.status_code != requests.codes.ok:
            complaint = " ".join(response.text.split())[:_LONGEST_COMPLAINT]
            raise LlmFault(
                f"the language model's server refused with status {response.status_code}"
                + (f" ({complaint})" if complaint else "")
            )
        try:
            found = response.json()
        except ValueError as error:
            raise LlmFault("the language model's server did not answer in JSON") from error
        if not isinstance(found, dict):
            raise LlmFault("the language model's server answered with something else than asked")
        return found
