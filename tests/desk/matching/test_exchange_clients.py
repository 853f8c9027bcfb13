# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The library's own client asks an invented exchange on loopback. Without the library it is skipped by name."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.desk.house import House
from tests.desk.matching.listed import OWNER, a_list, some_bits

from privity.desk.matching.errors import ExchangeFailed, SettingsRefused
from privity.desk.matching.exchanges import opening
from privity.desk.matching.exchanges.model import NotSupported
from privity.desk.matching.exchanges.pulling import Pulled, pull
from privity.desk.matching.lists.model import Category, HashKind

pytest.importorskip("threatexchange", reason="threatexchange is not installed (make .venv/.exchanges)")

A, B = some_bits(1).hex(), some_bits(2).hex()


class Pages(HTTPServer):
    """StopNCII's `FetchHashes`, page by page; `asked` are the queries."""

    pages: list[dict[str, Any]]
    asked: list[dict[str, list[str]]]


class _Answers(BaseHTTPRequestHandler):
    server: Pages

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.asked.append(query)
        at = int(query.get("nextPageToken", ["0"])[0])
        there = at < len(self.server.pages)
        body = json.dumps(self.server.pages[at] if there else {}).encode()
        self.send_response(200 if there else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def stopncii(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    server = Pages(("127.0.0.1", 0), _Answers)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("TX_STOPNCII_KEYS", f"key,other,http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def record(value: str, status: str = "Active", *feedback: str) -> dict[str, Any]:
    return {
        "lastModtimestamp": 5,
        "signalType": "ImagePDQ",
        "hashValue": value,
        "hashStatus": status,
        "caseNumbers": [],
        "CSPFeedbacks": [{"feedbackValue": one, "source": "another", "tags": []} for one in feedback],
    }


def page(at: int, *records: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {
        "count": len(records),
        "nextPageToken": str(at + 1) if more else None,
        "nextSetTimestamp": 100 + at,
        "hasMoreRecords": more,
        "hashRecords": list(records),
    }


def pulled(house: House) -> Pulled:
    exchange = opening.opened("stopncii", "ncii", {})
    return pull(house.db, OWNER, "ncii", exchange, now_ms=lambda: house.clock, random=house.random)


def standing(house: House) -> dict[str, bool]:
    rows = house.db.execute("SELECT hex(value), verified FROM list_entry WHERE removed_ms IS NULL").fetchall()
    return {value.lower(): bool(verified) for value, verified in rows}


def test_what_a_person_has_withdrawn_goes(house: House, stopncii: Pages) -> None:
    a_list(house, "ncii", Category.NCII, source="stopncii")
    stopncii.pages = [page(0, record(A), more=True), page(1, record(B, "Active", "Blocked"))]
    assert pulled(house).added == 2 and standing(house) == {A: False, B: True}
    assert "startTimestamp" in stopncii.asked[0]
    stopncii.pages = [page(0, record(A, "Withdrawn"), record(B, "Deleted"))]
    assert pulled(house).removed == 2 and standing(house) == {}
    assert stopncii.asked[-1]["startTimestamp"] == ["101"], "from the last page on"


def test_it_goes_on_from_the_last_page_that_ended_it_and_no_other(house: House, stopncii: Pages) -> None:
    a_list(house, "ncii", Category.NCII, source="stopncii")
    stopncii.pages = [page(0, record(A), more=True)]  # the second one is missing
    with pytest.raises(ExchangeFailed):
        pulled(house)
    assert standing(house) == {A: False}
    first = stopncii.asked[0]["startTimestamp"]
    stopncii.pages = [page(0, record(A), record(B))]
    assert pulled(house).added == 1 and stopncii.asked[-1]["startTimestamp"] == first


def test_what_it_must_be_told_is_said_and_credentials_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TX_NCMEC_CREDENTIALS", "somebody:secret")
    with pytest.raises(SettingsRefused, match="ncmec is told environment"):
        opening.opened("ncmec", "theirs", {})
    with pytest.raises(SettingsRefused, match="no setting colour; it has environment"):
        opening.opened("ncmec", "theirs", {"colour": "red"})
    opening.opened("ncmec", "theirs", {"environment": "https://hashsharing-test.ncmec.org/npo"})
    monkeypatch.setenv("TX_ACCESS_TOKEN", "no-token-at-all")
    with pytest.raises(SettingsRefused, match="in the environment as TX_ACCESS_TOKEN") as told:
        opening.opened("threatexchange", "theirs", {"privacy_group": "12"})
    assert "no-token-at-all" not in str(told.value)


def test_ncmec_is_told_what_people_found_by_member_and_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TX_NCMEC_CREDENTIALS", "somebody:secret")
    exchange = opening.opened("ncmec", "theirs", {"environment": "https://hashsharing-test.ncmec.org/npo"})
    told: list[tuple[int, str, str, str]] = []

    class Client:
        def submit_feedback(self, member: int, entry: str, kind: Any, said: Any) -> None:
            told.append((member, entry, kind.name, said.name))

    monkeypatch.setattr(exchange.api, "get_client", lambda environment: Client())
    exchange.vote(HashKind.PDQ, bytes(32), "42-an-entry", right=False)
    exchange.vote(HashKind.MD5, bytes(16), "42-other", right=True)
    assert told == [(42, "an-entry", "pdq", "downvote"), (42, "other", "md5", "upvote")]
    with pytest.raises(NotSupported):
        exchange.vote(HashKind.PDQ, bytes(32), "nobody", right=True)
