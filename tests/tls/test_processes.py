# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""TLS as an operator sets it up: hub, desk and devices as processes, with an authority that only they are told of."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from privity.faces.demo.processes import free_port
from tests.certificates import REASON, WRONG, Authority, Recorder, wrong
from tests.waiting import wait_until

PRIVITY = (sys.executable, "-m", "privity.cli")


@dataclass
class Operator:
    """Commands with an environment, and processes that end with the test. `authority` is None: as the machine is."""

    folder: Path
    authority: Path | None = None
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if name not in ("SSL_CERT_FILE", "SSL_CERT_DIR")}
        trust = {} if self.authority is None else {"SSL_CERT_FILE": str(self.authority)}
        return {**plain, **trust, "PRIVITY_PASSPHRASE": "invented", **more}

    def run(self, *arguments: str, device: str = "nobody") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PRIVITY, *arguments],
            env=self.environment(PRIVITY_DEVICE=str(self.folder / device)),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def ok(self, *arguments: str, device: str = "nobody") -> str:
        done = self.run(*arguments, device=device)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *arguments: str) -> Path:
        """A process; returns the file of what it says."""
        said = self.folder / f"{arguments[0]}-{len(self.children)}.out"
        with said.open("wb") as out:
            self.children.append(
                subprocess.Popen([*PRIVITY, *arguments], env=self.environment(), stdout=out, stderr=out)
            )
        return said

    def reports(self, config: str) -> list[dict[str, Any]]:
        done = self.run("desk", "reports", "--json", "--config", config)
        found: list[dict[str, Any]] = json.loads(done.stdout)["reports"] if done.returncode == 0 else []
        return found


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    operator = Operator(tmp_path)
    yield operator
    for child in operator.children:
        child.terminate()
        child.wait(timeout=60)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_devices_and_desk_talk_to_a_hub_that_speaks_tls_on_every_address(operator: Operator, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    pair = authority.issue("localhost", "127.0.0.1")
    port = free_port()
    operator.authority = authority.cert
    made = operator.ok(
        "init", str(tmp_path / "home"), "--listen", f"0.0.0.0:{port}", "--tls-cert", str(pair.cert),
        "--tls-key", str(pair.key), "--desk-listen", f"127.0.0.1:{free_port()}",
    )  # fmt: skip
    config = str(tmp_path / "home" / "privity.toml")
    sections = Path(config).read_text()
    Path(config).write_text(sections.replace("[desk]\n", "[desk]\npoll_interval_s = 0.1\n"))
    invite = made.split("): ")[1].split()[0]
    operator.start("serve", "--config", config)
    wait_until(lambda: accepts(port), "the hub to listen")
    said = operator.start("desk", "--config", config)
    operator.ok("register", f"https://localhost:{port}", "ann.a", "--invite", invite, device="ann")
    second = operator.ok("invite", "--config", config).strip()
    operator.ok("register", f"https://127.0.0.1:{port}", "bob.b", "--invite", second, device="bob")
    operator.ok("contacts", "ask", "bob.b", device="ann")
    operator.ok("contacts", "ask", "ann.a", device="bob")
    room = operator.ok("room", "direct", "bob.b", device="ann").strip()
    sent = operator.ok("send", room, "hello over TLS", device="ann").split()[-1]
    assert "hello over TLS" in operator.ok("read", room, device="bob")
    operator.ok("report", room, sent, "--reason", "harassment", device="bob")
    found: list[dict[str, Any]] = []

    def taken() -> bool:
        found[:] = operator.reports(config)
        return bool(found)

    wait_until(taken, f"the desk to take the report: {said.read_text()}")
    assert [one["messages"][0]["outcome"] for one in found] == ["VERIFIED_AUTHORSHIP"]
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/server", timeout=30)


@pytest.mark.parametrize("what", WRONG)
async def test_a_device_refuses_a_wrong_certificate_by_name_and_sends_nothing(
    operator: Operator, tmp_path: Path, what: str
) -> None:
    trusted, met = wrong(tmp_path, what)
    operator.authority = trusted.cert
    async with Recorder(met) as recorder:
        done = await asyncio.to_thread(operator.run, "register", recorder.url, "ann.a", device="ann")
    assert done.returncode == 1
    assert "CertificateRefused" in done.stderr
    assert REASON[what] in done.stderr
    assert "SSL_CERT_FILE" in done.stderr
    assert "Traceback" not in done.stderr
    assert recorder.said == b""
    assert not (tmp_path / "ann").exists()


def unanswered(said: Path) -> list[dict[str, Any]]:
    """What the desk said of a hub that does not answer, so far, whatever else it said before."""
    whole = [line for line in said.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [line for line in map(json.loads, whole) if line["event"] == "desk.hub_no_answer"]


@pytest.mark.parametrize("what", WRONG)
async def test_the_desk_refuses_a_wrong_certificate_by_name_and_sends_nothing(
    operator: Operator, tmp_path: Path, what: str
) -> None:
    trusted, met = wrong(tmp_path, what)
    operator.authority = trusted.cert
    async with Recorder(met) as recorder:
        pages = f"127.0.0.1:{free_port()}"
        init = ("init", str(tmp_path / "home"), "--hub-url", recorder.url, "--desk-listen", pages)
        await asyncio.to_thread(operator.ok, *init)
        said = operator.start("desk", "--config", str(tmp_path / "home" / "privity.toml"))
        await asyncio.to_thread(wait_until, lambda: bool(unanswered(said)), "the desk to say why it gets no answer")
    line = unanswered(said)[0]
    assert line["reason"] == "CertificateRefused"
    assert REASON[what] in line["why"]
    assert recorder.said == b""


async def test_the_recorder_hears_who_trusts_it(operator: Operator, tmp_path: Path) -> None:
    """Otherwise its silence above would prove nothing."""
    authority = Authority(tmp_path / "ca")
    operator.authority = authority.cert
    async with Recorder(authority.issue("localhost", "127.0.0.1")) as recorder:
        running = asyncio.create_task(asyncio.to_thread(operator.run, "register", recorder.url, "ann.a", device="ann"))
        await asyncio.to_thread(wait_until, lambda: b"/v1/server" in recorder.said, "a request")
    done = await running
    assert done.returncode == 1
    assert "CertificateRefused" not in done.stderr
