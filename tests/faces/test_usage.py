# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How commands help, how they end, and that nothing a person types, stops or loses shows a traceback."""

from __future__ import annotations

import os
import pty
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import App

from privity.cli import TABLE, app
from tests.faces.shell import Shell, Town

COMMANDS = [name for commands in TABLE.values() for name in commands]
SUBCOMMANDS = [
    *(("room", name) for name in ("create", "direct", "invite", "remove", "leave", "members", "list")),
    *(("room", name) for name in ("declare-archive", "withdraw-archive", "accept", "role", "ban", "unban")),
    *(("room", name) for name in ("link", "links", "revoke-link", "join", "knocks", "let-in", "turn-away", "reports")),
    ("room", "begin-again"),
    *(("keylog", name) for name in ("evidence", "trust", "start-over")),
    ("devices", "add"),
    ("devices", "remove"),
    ("devices", "recover"),
    ("devices", "cancel-reset"),
    *(("ages", name) for name in ("list", "set", "refuse", "unguard")),
    *(("reports", name) for name in ("list", "appeal")),
    *(("standing", name) for name in ("show", "appeal")),
    ("desk", "reports"),
    *(("desk", "rules", name) for name in ("check", "draft", "list", "show", "backtest", "shadow", "stats")),
    *(("desk", "rules", name) for name in ("propose", "agree", "withdraw", "end", "budget", "pause", "resume")),
    *(("desk", "rules", "election", name) for name in ("show", "ask", "agree", "end")),
    *(("desk", name) for name in ("cases", "case")),
    *(("desk", name) for name in ("backup", "make-audit-key", "transparency")),
    *(("audit", name) for name in ("verify", "checkpoint", "export", "show", "prove", "check-proof")),
    *(("legal", name) for name in ("explain", "file", "guide", "verify", "capabilities")),
    *(("legal", name) for name in ("make-release-keys", "published-keys")),
    ("lab", "world"),
    ("lab", "parameters"),
    ("witness", "init"),
    ("witness", "add"),
    ("witness", "serve"),
]

OF_REPORTS = [("room", "reports", name) for name in ("list", "show", "settle", "pass-on")]


@pytest.fixture
def nobody(tmp_path: Path) -> Shell:
    """Somebody without a device."""
    return Shell(tmp_path / "none")


@pytest.mark.parametrize("command", [*((name,) for name in COMMANDS), *SUBCOMMANDS, *OF_REPORTS], ids=" ".join)
def test_every_command_has_an_example_that_parses(nobody: Shell, command: tuple[str, ...]) -> None:
    shown = nobody.ok(*command, "--help")
    lines = [line.removeprefix("Example: ") for line in shown.splitlines() if line.startswith("Example: ")]
    assert len(lines) == 1
    words = shlex.split(lines[0])
    assert words[0] == "privity" and tuple(words[1 : 1 + len(command)]) == command
    app.parse_args(words[1:], print_error=False, exit_on_error=False)
    assert "[default: ()]" not in shown and "[default: False]" not in shown and '[default: ""]' not in shown


def test_every_command_of_the_guides_parses() -> None:
    root = Path(__file__).parents[2] / "docs"
    pages = [*(root / "users").glob("*.md"), *(root / "operators").glob("*.md")]
    typed = [
        line
        for page in pages
        for block in page.read_text().split("```")[1::2]
        for line in block.splitlines()
        if line.startswith("privity ") and not line.startswith("privity: ")
    ]
    assert len(typed) > 10
    for line in typed:
        app.parse_args(shlex.split(line, comments=True)[1:], print_error=False, exit_on_error=False)


def test_every_command_is_in_the_list(nobody: Shell) -> None:
    for shown in (nobody.ok(), nobody.ok("--help")):
        listed = [line.split()[0] for line in shown.splitlines() if line.startswith("  ")]
        assert listed == COMMANDS
    names = {name for name in app if not name.startswith("-")}
    assert names == set(COMMANDS)
    assert isinstance(app["room"], App)
    assert {name for name in app["room"] if not name.startswith("-")} == {
        name for of, name, *_ in SUBCOMMANDS if of == "room"
    }


def test_a_group_of_commands_alone_helps(nobody: Shell) -> None:
    assert "Usage: privity room COMMAND" in nobody.ok("room")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["read"], "ROOM is missing: @HANDLE"),
        (["send", "k3x7"], "TEXT is missing"),
        (["report", "k3x7", "--reason", "spam"], "MESSAGE is missing"),
        (["report", "--reason", "spam"], "name one thing"),
        (["report", "k3x7", "9f02", "--person", "bob.c", "--reason", "spam"], "name one thing"),
        (["report", "--person", "bob.c", "--reason", "spam", "--leave"], "need a conversation"),
        (["report", "--room", "k3x7", "--reason", "spam", "--block"], "needs a person"),
        (["report", "--room", "k3x7", "--reason", "spam", "--as-moderator"], "name them"),
        (["report", "k3x7", "9f02", "--reason", "spam", "--may-name"], "--may-name needs --to-moderators"),
        (["report", "--person", "bob.c", "--reason", "spam", "--to-moderators"], "--to-moderators takes ROOM"),
        (["read", "k3x7", "--last", "many"], "int"),
        (["read", "k3x7", "--last", "0"], ">= 1"),
        (["read", "k3x7", "--last", "99999999999999999999"], "<= 10000"),
        (["read", "k3x7", "--bogus"], "--bogus"),
        (["verify", "bob.c", "carol.d"], "carol.d"),
        (["send", "k3x7", "\udcff"], "not UTF-8"),
        (["desk", "reports", "--after", "99999999999999999999"], "<="),
        (["init"], "FOLDER is missing"),
        (["room", "k3x7"], "k3x7"),
        (["talk"], "talk"),
        (["talk\x1b[2J"], "talk"),
    ],
)
def test_what_is_typed_wrongly_ends_with_two(nobody: Shell, typed: list[str], expected: str) -> None:
    said = nobody.wrong(*typed)
    assert said.startswith("privity: ") and said.count("\n") == 1
    assert expected in said and "\x1b" not in said
    assert "--help`" in said or "UTF-8" in said


def test_a_home_that_cannot_be_made_is_refused(nobody: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "NotADirectoryError" in nobody.refused("init", str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_device_folder_that_cannot_be_made_is_refused(town: Town, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = Shell(tmp_path / "file" / "device").refused("register", town.home.url, "dave.e", "--invite", "none")
    assert "NotADirectoryError" in said
    assert (tmp_path / "file").read_text() == "in the way"


def test_statuses_of_a_real_process(town: Town) -> None:
    assert town.alice.process("room", "list").returncode == 0
    refused = town.alice.process("read", "zzzz")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("privity: NotNamed: ") and refused.stderr.count("\n") == 1
    assert town.alice.process("read").returncode == 2


def test_a_reader_that_went_away(town: Town) -> None:
    command = f"{shlex.quote(sys.executable)} -m privity.cli --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
    assert done.stderr == b""
    room = town.alice.ok("room", "direct", "bob.c").strip()
    town.alice.ok("send", room, "to a reader who goes away")
    command = f"{shlex.quote(sys.executable)} -m privity.cli read {room} --follow | head -1; exit ${{PIPESTATUS[0]}}"
    following = subprocess.Popen(
        ["bash", "-c", command], env=town.alice.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert following.stdout is not None
    assert following.stdout.readline()
    following.stdout.close()
    while following.poll() is None:
        town.bob.ok("send", room, "anybody there?")
    assert following.stderr is not None
    assert (following.returncode, following.stderr.read()) == (141, b"")


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        (b"\x03", 130, ""),
        (b"\x04", 1, "no passphrase was given"),
        (b"\n", 1, "empty passphrase"),
        (b"guess\n", 1, "WrongPassphrase"),
        (b"invented\n", 0, ""),
    ],
    ids=["Ctrl-C", "Ctrl-D", "empty", "wrong", "right"],
)
def test_the_question_for_the_passphrase(town: Town, typed: bytes, status: int, said: str) -> None:
    environment = {key: value for key, value in town.alice.environment.items() if key != "PRIVITY_PASSPHRASE"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "privity.cli", "room", "list"],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=_take_terminal,
    )
    os.close(theirs)
    shown = _until(ours, b"passphrase of this device: ")
    os.write(ours, typed)
    shown += _until(ours, None)
    assert process.wait(60) == status
    assert said.encode() in shown and b"Traceback" not in shown
    os.close(ours)


def test_no_terminal_and_no_passphrase(town: Town) -> None:
    environment = {key: value for key, value in town.alice.environment.items() if key != "PRIVITY_PASSPHRASE"}
    done = subprocess.run(
        [sys.executable, "-m", "privity.cli", "room", "list"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr == "privity: no terminal to ask for the passphrase; set PRIVITY_PASSPHRASE\n"


def test_ctrl_c_ends_what_follows(town: Town) -> None:
    room = town.alice.ok("room", "direct", "bob.c").strip()
    town.alice.ok("send", room, "before")
    process = subprocess.Popen(
        [sys.executable, "-m", "privity.cli", "read", room, "--follow"],
        env=town.alice.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    while b"before" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"")


def _take_terminal() -> None:
    """In the child: the standard input becomes its terminal, so that Ctrl-C reaches it."""
    os.setsid()
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def _until(terminal: int, end: bytes | None) -> bytes:
    """What is shown up to these bytes, or up to the end."""
    shown = b""
    while end is None or end not in shown:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other side has gone
            return shown
        if not piece:
            return shown
        shown += piece
    return shown
