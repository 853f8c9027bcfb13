# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The library's own clients and an exchange that misbehaves: what they are told leaks nothing, and the pull ends."""

from __future__ import annotations

import datetime
import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.desk.house import House
from tests.desk.matching.listed import OWNER, a_list, some_bits

from privity.desk.matching.errors import ExchangeBusy, ExchangeFailed
from privity.desk.matching.exchanges import answers, opening, pulling
from privity.desk.matching.exchanges.pulling import Pulled, pull
from privity.desk.matching.lists.model import Category

pytest.importorskip("threatexchange", reason="threatexchange is not installed (make .venv/.exchanges)")

SECRETS = ("subscription-secret", "function-secret")
A = some_bits(1).hex()
Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """`answer` says what it does; `asked` are the headers of what it was asked."""

    daemon_threads = True
    answer: Answer
    asked: list[dict[str, str]]


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append({key.lower(): value for key, value in self.headers.items()})
        with suppress(BrokenPipeError, ConnectionResetError):  # the client has gone, as it should
            self.server.answer(self)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), _Handler)
    server.answer, server.asked = answer, []
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page(more: bool = False) -> bytes:
    record = {
        "lastModtimestamp": 5,
        "signalType": "ImagePDQ",
        "hashValue": A,
        "hashStatus": "Active",
        "caseNumbers": [],
        "CSPFeedbacks": [],
    }
    return json.dumps(
        {
            "count": 1,
            "nextPageToken": "1" if more else None,
            "nextSetTimestamp": 100,
            "hasMoreRecords": more,
            "hashRecords": [record],
        }
    ).encode()


def good(ask: BaseHTTPRequestHandler, body: bytes | None = None) -> None:
    said = page() if body is None else body
    ask.send_response(200)
    ask.send_header("Content-Length", str(len(said)))
    ask.end_headers()
    ask.wfile.write(said)


def pulled(house: House, monkeypatch: pytest.MonkeyPatch, server: HTTPServer, scheme: str = "http") -> Pulled:
    address = f"{scheme}://localhost:{server.server_port}"
    monkeypatch.setenv("TX_STOPNCII_KEYS", f"{SECRETS[0]},{SECRETS[1]},{address}")
    exchange = opening.opened("stopncii", "ncii", {})
    return pull(house.db, OWNER, "ncii", exchange, now_ms=lambda: house.clock, random=house.random)


@pytest.fixture
def ncii(house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    """At the end no log holds what the client was told."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("urllib3.util.retry.Retry.get_backoff_time", lambda retry: 0)
    a_list(house, "ncii", Category.NCII, source="stopncii")
    with caplog.at_level(logging.DEBUG):
        yield house
    assert not any(secret in record.getMessage() for record in caplog.records for secret in (*SECRETS, A))


def refused(house: House, monkeypatch: pytest.MonkeyPatch, server: HTTPServer, scheme: str = "http") -> str:
    with pytest.raises(ExchangeFailed) as told:
        pulled(house, monkeypatch, server, scheme)
    assert not any(secret in str(told.value) for secret in (*SECRETS, A)) and told.value.__cause__ is None
    return str(told.value)


def test_a_good_one_is_read_and_is_told_the_keys(ncii: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(good) as server:
        assert pulled(ncii, monkeypatch, server).added == 1
    assert {server.asked[0]["x-functions-key"], server.asked[0]["ocp-apim-subscription-key"]} == set(SECRETS)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_who_is_sent_elsewhere_does_not_go_there_with_its_keys(
    ncii: House, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Keys stand in headers of their own, which the library takes along to another host."""
    with serving(good) as other:

        def elsewhere(ask: BaseHTTPRequestHandler) -> None:
            ask.send_response(status)
            ask.send_header("Location", f"http://127.0.0.1:{other.server_port}/FetchHashes")
            ask.send_header("Content-Length", "0")
            ask.end_headers()

        with serving(elsewhere) as server:
            assert "another address, and nothing is asked there" in refused(ncii, monkeypatch, server)
        assert other.asked == []


def endless(ask: BaseHTTPRequestHandler) -> None:
    """Chunks without an end."""
    ask.protocol_version = "HTTP/1.1"
    ask.send_response(200)
    ask.send_header("Transfer-Encoding", "chunked")
    ask.end_headers()
    while True:
        ask.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def huge(ask: BaseHTTPRequestHandler) -> None:
    """It says that it has a gigabyte, and begins with it."""
    ask.send_response(200)
    ask.send_header("Content-Length", str(1 << 30))
    ask.end_headers()
    while True:
        ask.wfile.write(b" " * 0x10000)


@pytest.mark.parametrize("answer", [endless, huge])
def test_an_answer_that_is_too_long_is_read_no_further(
    ncii: House, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setattr(answers, "MAX_BYTES", 1 << 20)
    with serving(answer) as server:
        assert "more than 1048576 bytes" in refused(ncii, monkeypatch, server)


def test_an_answer_that_comes_byte_by_byte_is_not_waited_for(ncii: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_S", 0.2)
    over = threading.Event()

    def dripping(ask: BaseHTTPRequestHandler) -> None:
        ask.send_response(200)
        ask.send_header("Content-Length", "100000")
        ask.end_headers()
        while not over.wait(0.02):
            ask.wfile.write(b" ")

    with serving(dripping) as server:
        assert "was not there after 0 seconds" in refused(ncii, monkeypatch, server)
        over.set()


def test_a_silent_one_is_not_waited_for(ncii: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "SILENT_S", 0.1)
    over = threading.Event()

    def silent(ask: BaseHTTPRequestHandler) -> None:
        over.wait(20)

    with serving(silent) as server:
        assert "did not answer as it should" in refused(ncii, monkeypatch, server)
        over.set()


def later(*seconds: int) -> Answer:
    """It asks for these pauses, one after the other, and then answers."""
    left = list(seconds)

    def answer(ask: BaseHTTPRequestHandler) -> None:
        if not left:
            good(ask)
            return
        ask.send_response(503)
        ask.send_header("Retry-After", str(left.pop(0)))
        ask.send_header("Content-Length", "0")
        ask.end_headers()

    return answer


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits here; how long anybody would have."""
    found: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", found.append)
    return found


def test_pauses_that_an_exchange_asks_for_are_made_up_to_a_minute(
    ncii: House, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    with serving(later(20, 40)) as server:
        assert pulled(ncii, monkeypatch, server).added == 1
    assert slept == [20, 40]


@pytest.mark.parametrize(("seconds", "made"), [((61,), []), ((20, 41), [20]), ((86_400 * 365,), [])])
def test_one_that_wants_to_be_asked_much_later_is_not_waited_for(
    ncii: House, monkeypatch: pytest.MonkeyPatch, slept: list[float], seconds: tuple[int, ...], made: list[float]
) -> None:
    with serving(later(*seconds)) as server, pytest.raises(ExchangeBusy, match="and 60 are waited for in all"):
        pulled(ncii, monkeypatch, server)
    assert (slept, len(server.asked)) == (made, len(seconds))
    with serving(good) as server:
        assert pulled(ncii, monkeypatch, server).added == 1, "the next pull may begin"


def test_one_that_always_has_more_ends(ncii: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "MOST_STEPS", 5)
    with serving(lambda ask: good(ask, page(more=True))) as server:
        assert "has said 5 times that there is more" in refused(ncii, monkeypatch, server)
        assert len(server.asked) == 6
    ((fetched,),) = ncii.db.execute("SELECT fetched_ms FROM hash_list").fetchall()
    assert fetched is None, "it is stale still"


@pytest.mark.parametrize("known", [False, True])
def test_a_certificate_that_nobody_vouches_for_or_of_another_name_is_told_no_key(
    ncii: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, known: bool
) -> None:
    """Once a stranger's, and once one that is trusted and is of another host."""
    path = certificate(tmp_path, "elsewhere.example" if known else "localhost")
    if known:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    with serving(good, tls) as server:
        assert "did not answer as it should (SSLError)" in refused(ncii, monkeypatch, server, "https")
        assert server.asked == []


def test_a_certificate_that_is_trusted_and_of_its_host_is_read(
    ncii: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = certificate(tmp_path, "localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    with serving(good, tls) as server:
        assert pulled(ncii, monkeypatch, server, "https").added == 1


def test_the_library_is_as_it_was_when_a_client_has_worked(ncii: House, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = pytest.importorskip("requests")
    retrying = pytest.importorskip("urllib3.util.retry").Retry
    before, waits = requests.Session.send, retrying.get_retry_after
    with serving(huge) as server:
        monkeypatch.setattr(answers, "MAX_BYTES", 1 << 16)
        refused(ncii, monkeypatch, server)
    assert (requests.Session.send, retrying.get_retry_after) == (before, waits)


def certificate(folder: Path, name: str) -> Path:
    """One that vouches for itself, with its key."""
    key, now = generate_private_key(SECP256R1()), datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path
