# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The page `docs/developers/mls-interop.md`, out of the rows and of what a run showed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from tests.interop import together
from tests.interop.facts import FACTS, REFUSES, offered
from tests.interop.peers import NODE, OTHERS, OURS, ROOT
from tests.interop.quirks import QUIRKS
from tests.interop.row import Row
from tests.interop.rows import CHAPTERS, COLUMNS

PAGE = ROOT / "docs" / "developers" / "mls-interop.md"
BROKEN = "**no**"

HEAD = """<!-- SPDX-FileCopyrightText: 2026 The Privity authors -->
<!-- SPDX-License-Identifier: Apache-2.0 -->
# Speaking with other implementations of MLS

Written by `make interop`, which starts each implementation as a process of its own, lets them talk to ours, and fails
when a cell is no longer as it stands here. Nothing of them is part of Privity: they are installed for this test alone.
What they once sent to a member of ours stands in `spec/vectors/mls-peers.json`, and every run of the tests reads it.

{peers}

A cell says in which cipher suites the row was done: 1 is X25519, AES-128-GCM, Ed25519; 2 is P-256; 3 is X25519,
ChaCha20-Poly1305, Ed25519. After every step all members must export the same secret and list the same members, and each
must read what each of the others says. A number in brackets leads to the reason why a peer cannot.
"""


def names() -> set[str]:
    """The tests that the page tells of, by what stands in their brackets."""
    cells = {
        f"{row.name}-{peer}-{suite}"
        for chapter in CHAPTERS
        for row in chapter.rows
        for peer, suites in COLUMNS
        for suite in suites
        if peer not in row.why_not and suite in row.suites
    }
    facts = {f"{fact.name}-{peer}" for fact, peer in offered()}
    return (
        cells
        | facts
        | {quirk.name for quirk in QUIRKS}
        | {_made(*cell) for cell in together.CELLS}
        | {f"walk-{suite}" for suite in together.SUITES}
    )


def _made(maker: str, suite: int) -> str:
    return f"together-{maker}-{suite}"


def page(shown: Mapping[str, bool]) -> str:
    """`shown` says by test name whether it passed; what is not in it counts as passed."""
    notes: list[str] = []
    parts = [HEAD.format(peers=_peers())]
    columns = [name for name, _ in COLUMNS]
    for chapter in CHAPTERS:
        lines = [_cells(row, shown, notes) for row in chapter.rows]
        parts.append(f"## {chapter.title}\n\n" + _table(["With ours", *columns], lines))
    parts.append("## All in one group\n\n" + _together(shown))
    parts.append("## Why a cell is empty\n\n" + "\n".join(f"{at}. {why}." for at, why in enumerate(notes, 1)))
    parts.append("## What breaks a rule\n\n" + _facts(shown))
    parts.append("## Where peers and the RFC, or two peers, part ways\n\n" + _quirks(shown))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _cells(row: Row, shown: Mapping[str, bool], notes: list[str]) -> list[str]:
    cells = [row.says]
    for peer, suites in COLUMNS:
        if peer in row.why_not:
            why = f"{peer}: {row.why_not[peer]}"
            if why not in notes:
                notes.append(why)
            cells.append(f"[{notes.index(why) + 1}]")
            continue
        each = [
            str(suite) if shown.get(f"{row.name}-{peer}-{suite}", True) else f"{BROKEN} {suite}"
            for suite in suites
            if suite in row.suites
        ]
        cells.append(", ".join(each))
    return cells


def _together(shown: Mapping[str, bool]) -> str:
    lines = []
    for maker in (OURS, *OTHERS):
        cells = [maker]
        for suite in together.SUITES:
            if (maker, suite) not in together.CELLS:
                cells.append("")
            elif shown.get(_made(maker, suite), True):
                cells.append(", ".join(together.names(suite, maker)))
            else:
                cells.append(BROKEN)
        lines.append(cells)
    intro = (
        "One makes the group and all join, each added by another; everybody commits twice in turn, with the secrets "
        "compared and everybody speaking after each commit; each is removed by another, comes back, and commits; then "
        "a second client of each joins, all by one commit of core-crypto, and everybody commits again.\n\n"
    )
    walked = [f"suite {suite}" for suite in together.SUITES if shown.get(f"walk-{suite}", True)]
    walk = (
        "A random walk in a group that ours made, up to a dozen members of all, who join, leave, propose, commit and "
        f"speak by chance, with the secrets compared after each step: {', '.join(walked) or BROKEN}. `make prove` "
        "takes a thousand steps of it in each suite, where PRIVITY_REQUIRE names interop."
    )
    made_by = _table(["Made by", *(f"suite {suite}" for suite in together.SUITES)], lines)
    return "\n\n".join([intro.rstrip(), made_by, f"{together.NO_X509}.", walk])


def _facts(shown: Mapping[str, bool]) -> str:
    lines = []
    for fact in FACTS:
        cells = [fact.says, f"`{fact.error}`" if shown.get(f"{fact.name}-{OURS}", True) else BROKEN]
        cells += [
            fact.expected(peer) if shown.get(f"{fact.name}-{peer}", True) else f"{BROKEN} {fact.expected(peer)}"
            for peer in OTHERS
        ]
        lines.append(cells)
    intro = (
        "Objects of a real member of suite 1 with exactly one rule broken, offered to everybody. The second column is "
        f'the error that ours raises; "{REFUSES}" and "takes" are what the others do. An upper bound for lifetimes is '
        "the application's to set (RFC 9420 section 7.2), and bytes after a message are for ts-mls' caller to see.\n\n"
    )
    return intro + _table(["Offered", OURS, *OTHERS], lines)


def _quirks(shown: Mapping[str, bool]) -> str:
    return "\n".join(
        f"- {quirk.says}" + ("" if shown.get(quirk.name, True) else f" ({BROKEN} longer so)") for quirk in QUIRKS
    )


def _peers() -> str:
    wanted = json.loads((NODE / "package.json").read_text())["dependencies"]
    pins = (ROOT / "constraints" / "interop.txt").read_text()
    wheel = re.search(r"^agentvault-mls-rs-uniffi==(\S+)", pins, re.MULTILINE)
    assert wheel is not None, "constraints/interop.txt pins no mls-rs"
    core = wanted["@wireapp/core-crypto"]
    lines = [
        ["ts-mls", wanted["ts-mls"], "TypeScript", "MIT", "npm, under Node"],
        ["core-crypto", core, "Rust (OpenMLS), as WebAssembly", "GPL-3.0", "npm, its browser build under Node"],
        ["mls-rs", wheel[1], "Rust", "Apache-2.0 or MIT", "the wheel `agentvault-mls-rs-uniffi`: suite 1, x86_64"],
    ]
    return _table(["Peer", "Version", "Written in", "License", "Comes as"], lines)


def _table(head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in rows)


def write(shown: Mapping[str, bool], path: Path = PAGE) -> None:
    path.write_text(page(shown))
