# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The Caddyfile: Caddy takes it, and what passes through it is what the hub expects of its proxy."""

from __future__ import annotations

import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.faces.demo.processes import free_port
from privity.server.limits import LIMITS
from tests.deploy.tools import DEPLOY, needed, run
from tests.server.operating.conftest import make_home
from tests.waiting import wait_until

FILE = DEPLOY / "caddy" / "Caddyfile"


def test_caddy_takes_it_and_would_refuse_another(tmp_path: Path) -> None:
    caddy = needed("caddy")
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = run(caddy, "validate", "--adapter", "caddyfile", "--config", str(FILE), **home)
    assert done.returncode == 0, done.stderr
    assert run(caddy, "fmt", str(FILE)).stdout == FILE.read_text()
    broken = tmp_path / "Caddyfile"
    broken.write_text(FILE.read_text().replace("reverse_proxy", "reverse_prox"))
    assert run(caddy, "validate", "--adapter", "caddyfile", "--config", str(broken), **home).returncode != 0


def test_its_route_to_the_hub_names_the_address_that_it_saw() -> None:
    adapted = run(needed("caddy"), "adapt", "--adapter", "caddyfile", "--config", str(FILE))
    text = json.dumps(json.loads(adapted.stdout))
    assert '"X-Forwarded-For": ["{http.request.remote.host}"]' in text
    assert "127.0.0.1:8440" in text


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A hub behind this Caddyfile, with a certificate of Caddy's own."""
    caddy = needed("caddy")
    home = make_home(tmp_path / "home", "behind_proxy = true\n")
    port = free_port()
    text = FILE.read_text().replace("127.0.0.1:8440", f"127.0.0.1:{home.port}")
    text = text.replace("{$PRIVITY_HOST:chat.example.org} {", f"https://localhost:{port} {{\n\ttls internal\n")
    text = text.replace("\tadmin off\n", "\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n")
    (tmp_path / "Caddyfile").write_text(text)
    environment = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    home.start()
    with (tmp_path / "caddy.out").open("wb") as out:
        proxy = subprocess.Popen(
            [caddy, "run", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")],
            env=environment,
            stdout=out,
            stderr=out,
        )
    address = f"https://localhost:{port}"
    try:
        wait_until(lambda: ask(f"{address}/health") == 200, "Caddy to pass a request on")
        yield address
    finally:
        proxy.terminate()
        proxy.wait(20)
        home.hub.stop()


def ask(url: str, data: bytes | None = None, **headers: str) -> int:
    """The status; 0 where nobody answers."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, named), timeout=5, context=trusting) as answer:  # noqa: S310  # our own Caddy
            return int(answer.status)
    except urllib.error.HTTPError as err:
        return err.code
    except OSError:
        return 0


def test_devices_pass_the_desks_door_does_not_and_no_client_chooses_its_limits(url: str) -> None:
    assert ask(f"{url}/v1/server") == 200
    assert ask(f"{url}/staff/v1/reports") == 404
    burst = LIMITS["account.register"].burst
    body = b'{"handle": "x", "device_list": ""}'
    forged = [ask(f"{url}/v1/accounts", body, X_Forwarded_For=f"198.51.100.{number}") for number in range(burst + 2)]
    assert forged == [400] * burst + [429] * 2
