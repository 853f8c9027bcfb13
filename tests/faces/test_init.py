# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity init`: what it writes is what hub and desk can run with, and what is refused leaves no folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privity.desk import config as desk_config
from privity.desk.keys import open_keys
from privity.faces.commands.init import init
from privity.server import config as hub_config
from privity.server.main import check_ready
from privity.tlog.verifier_key import KeyKind, VerifierKey


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "http://127.0.0.1:8440"),
        ({"listen": "[::1]:9000"}, "http://[::1]:9000"),
        ({"host": "chat.example.org", "behind_proxy": True}, "http://127.0.0.1:8440"),
        ({"host": "chat.example.org", "listen": "0.0.0.0:8443", "tls": True}, "https://chat.example.org:8443"),
        ({"host": "chat.example.org", "listen": "[::]:443", "tls": True}, "https://chat.example.org:443"),
        ({"host": "chat.example.org", "listen": "127.0.0.1:8443", "tls": True}, "https://chat.example.org:8443"),
        ({"listen": "0.0.0.0:8443", "tls": True, "hub_url": "https://10.0.0.5:8443"}, "https://10.0.0.5:8443"),
    ],
)
def test_the_desk_finds_the_hub_where_it_listens(tmp_path: Path, options: dict[str, Any], url: str) -> None:
    options = dict(options)
    tls = options.pop("tls", False)
    if tls:
        options |= {"tls_cert": tmp_path / 'a "quoted" name.pem', "tls_key": tmp_path / "key.pem"}
    init(tmp_path / "home", **options)
    path = tmp_path / "home" / "privity.toml"
    hub, desk = hub_config.load(path), desk_config.load(path)
    assert desk.hub_url == url
    assert hub.behind_proxy is options.get("behind_proxy", False)
    assert hub.tls == (hub_config.Tls(options["tls_cert"], options["tls_key"]) if tls else None)
    assert hub.production is (tls or hub.behind_proxy)
    assert hub.staff_public_key is not None
    check_ready(hub)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"listen": "0.0.0.0:8440"}, "PlaintextRefused: listen"),
        ({"listen": "[::]:8440"}, "PlaintextRefused: listen"),
        ({"listen": "localhost:8440"}, "ConfigInvalid: listen"),
        ({"listen": "127.0.0.1:0"}, "ConfigInvalid: hub_url"),
        ({"listen": "0.0.0.0:8440", "behind_proxy": True}, "PlaintextRefused: listen"),
        ({"hub_url": "http://chat.example.org"}, "PlaintextRefused: hub_url"),
        ({"hub_url": "chat.example.org"}, "ConfigInvalid: hub_url"),
        ({"host": "NOT A HOST"}, "ConfigInvalid: host"),
        ({"tls_cert": Path("cert.pem")}, "ConfigInvalid: --tls-cert and --tls-key"),
        ({"tls_key": Path("key.pem")}, "ConfigInvalid: --tls-cert and --tls-key"),
    ],
)
def test_what_is_refused_writes_nothing(tmp_path: Path, options: dict[str, Any], error: str) -> None:
    with pytest.raises(SystemExit, match=error):
        init(tmp_path / "home", **options)
    assert not (tmp_path / "home").exists()


def test_it_prints_the_key_by_which_everybody_checks_the_audit_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init(tmp_path / "home", host="chat.example.org")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("audit log: ")]
    desk = desk_config.load(tmp_path / "home" / "privity.toml")
    own = VerifierKey.of(desk.audit_name, KeyKind.ED25519, open_keys(desk).audit)
    assert line == f"audit log: {own.encode()}"
    assert own.name == "chat.example.org/desk-audit"
