"""Notices, metrics and JSON logs of a run, each against the real thing on this machine."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from prometheus_client.parser import text_string_to_metric_families

from qa_inspect.commands.json_log import JsonLines, log_result, start_json_log, stop_json_log
from qa_inspect.commands.metrics import check_place, write_metrics
from qa_inspect.commands.notices import addresses, send
from qa_inspect.commands.render import say
from qa_inspect.domain import CallResult, CallStatus, Recording, Transcript, Verdict
from qa_inspect.errors import InputError

FIGURES = {
    "done": 3,
    "failed": 1,
    "speed": None,
    "flags": {"abuse": 2},
    "languages": {"en": 3},
    "exit_code": 3,
}


@pytest.fixture
def hook() -> Iterator[tuple[str, list[Any]]]:
    """A server on this machine that keeps what it is sent, and its address."""
    got: list[Any] = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(json.loads(body))
            self.send_response(500 if self.path.startswith("/broken") else 200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Keep)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_the_figures(hook: tuple[str, list[Any]]) -> None:
    address, got = hook
    assert send([f"{address}/night"], "Night done", "3 calls", FIGURES) == []
    assert got == [FIGURES]


def test_a_notice_that_fails_is_a_sentence_without_secrets(hook: tuple[str, list[Any]]) -> None:
    address, _ = hook
    refused, unreachable = send(
        [f"{address}/broken?key=secret", "http://me:secret@127.0.0.1:9/x"], "t", "b", FIGURES
    )
    assert "the server answered 500" in refused
    assert unreachable.startswith("no notice could be sent to http://127.0.0.1:9: ")
    assert "secret" not in refused + unreachable


def test_e_mail_goes_through_a_real_server() -> None:
    got: list[Message] = []

    class Keep:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            got.append(message_from_bytes(envelope.content))
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Keep(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        address = (
            f"mailto://127.0.0.1:{port}/?from=qa@example.org&to=lead@example.org&mode=insecure"
        )
        assert send(addresses([address]), "Night done", "3 calls inspected", FIGURES) == []
    finally:
        controller.stop()
    (mail,) = got
    assert mail["Subject"] == "Night done"
    assert "3 calls inspected" in str(mail.get_payload(0) if mail.is_multipart() else mail)


def test_an_address_of_no_service_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InputError, match="notices cannot go to"):
        addresses(["carrier-pigeon://coop"])
    assert caplog.records == []


def test_metrics_are_what_prometheus_reads(tmp_path: Path) -> None:
    path = tmp_path / "qa.prom"
    write_metrics(path, FIGURES)
    read = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(path.read_text())
        for sample in family.samples
    }
    assert read == {
        ("qa_inspect_calls_done",): 3,
        ("qa_inspect_calls_failed",): 1,
        ("qa_inspect_exit_code",): 3,
        ("qa_inspect_calls_by_flag", "abuse"): 2,
        ("qa_inspect_calls_by_language", "en"): 3,
    }
    with pytest.raises(InputError, match="metrics cannot be written"):
        write_metrics(tmp_path / "no" / "folder" / "qa.prom", FIGURES)


def test_a_place_for_metrics_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    check_place(tmp_path / "qa.prom")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="metrics cannot be written: No such file or directory"):
        check_place(tmp_path / "no" / "qa.prom")


def test_each_line_of_the_log_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    handlers = list(logging.getLogger().handlers)
    try:
        lines = JsonLines(start_json_log())
        lines.begin(2)
        recording = Recording("c1", None, "0" * 64)
        transcript = Transcript(language="zh", duration_s=12.5, utterances=())
        verdict = Verdict(score=88.0)
        lines.done(CallResult(recording, CallStatus.OK, transcript, verdict))
        lines.done(CallResult(recording, CallStatus.FAILED, error="the file is empty"))
        lines.end()
        say("loading models…", dim=True)
        say("no notice could be sent", fg="yellow")
        say("error: the disk is full", fg="red")
        log_result({"event": "run_ended", "exit_code": 4, "broken_off": 1})
    finally:
        stop_json_log()
        logging.getLogger().handlers = handlers
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one["event"] for one in told] == [
        "run_begun",
        "call_done",
        "call_failed",
        "run_ended",
        "told",
        "told",
        "told",
        "run_result",
    ]
    assert [one["level"] for one in told[4:]] == ["INFO", "WARNING", "ERROR", "ERROR"]
    assert told[-1]["exit_code"] == 4
    assert told[1]["language"] == "zh"
    assert told[1]["score"] == 88.0
    assert told[2]["reason"] == "the file is empty"
    assert all("time" in one and "level" in one for one in told)
