# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal verify`: the verifiers that lie in packages, as this house ships them, and its rules once more."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from privity.desk.audit.beside import named
from privity.desk.legal import replaying
from privity.desk.legal.replaying import Given
from privity.desk.legal.requests.office import file_bytes
from privity.production import canonical, writing
from privity.production.building import REPORTED
from privity.production.disclosed import MESSAGES
from privity.production.errors import ProductionError


def verify(
    folder: Annotated[Path, Parameter(help="The package, as a folder.")],
    /,
    *,
    keys: Annotated[Path, Parameter(help="The keys that the operator publishes, as JSON.")],
    tsa: Annotated[
        Path | None, Parameter(help="Roots of time-stamping authorities, as PEM.", show_default=False)
    ] = None,
    rulebook: Annotated[
        Path | None, Parameter(help="The rulebook that is to have decided.", show_default=False)
    ] = None,
    request: Annotated[
        Path | None, Parameter(help="The request as it was filed: decide it once more.", show_default=False)
    ] = None,
    profile: Annotated[
        Path | None, Parameter(help="The operator's profile; without it nothing binds.", show_default=False)
    ] = None,
    found: Annotated[
        Path | None,
        Parameter(
            name="--facts", help="Facts that the house found out or corrected; null takes one out.", show_default=False
        ),
    ] = None,
    today: Annotated[
        str | None, Parameter(help="The day of the verdict; that of the collection, unless given.", show_default=False)
    ] = None,
    log_key: Annotated[
        str | None, Parameter(help="The verifier key of the key log that shows who wrote messages.", show_default=False)
    ] = None,
    vrf_key: Annotated[str | None, Parameter(help="The VRF key of that log, in hex.", show_default=False)] = None,
    witness: Annotated[
        list[str] | None,
        Parameter(help="The verifier key of a witness of that log; again for more.", negative="", show_default=False),
    ] = None,
    quorum: Annotated[
        int | None, Parameter(help="How many of these witnesses are needed; all, unless given.", show_default=False)
    ] = None,
    accept_listed: Annotated[
        bool,
        Parameter(help="Be content with senders' keys that the log alone shows.", negative="", show_default=False),
    ] = False,
    words: Annotated[bool, Parameter(help="Print what the messages say.", negative="", show_default=False)] = False,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
) -> None:
    """Check a production package offline, one line for each check.

    Where it holds messages, who wrote each of them is checked as well. With the
    request the verdict is decided once more, from the facts that it states. The
    status is 0 if everything that has to hold does, and 1 otherwise.

    Example: privity legal verify LP-2026-0001 --keys keys.json --tsa roots.pem
    """
    options = [*_given("--log-key", log_key), *_given("--vrf-key", vrf_key), *_given("--quorum", quorum)]
    options += [word for key in witness or () for word in _given("--witness", key)]
    flags = {"--accept-listed": accept_listed, "--words": words, "--json": json}
    options += [flag for flag, wanted in flags.items() if wanted]
    try:
        report = writing.verify(folder, keys, tsa, rulebook)
        proven, said = writing.verify_messages(folder, options) if _has_messages(folder) else (True, "")
    except ProductionError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    with named():
        given = None if request is None else _given_to_replay(request, rulebook, profile, found, today)
        replayed = replaying.replay(folder, report, given)
    decided = report.verified and not any(one.status == "fail" for one in replayed)
    verified = decided and proven
    if json:
        messages = msgspec.json.decode(said) if said else None
        parts = {"replay": canonical.builtins(replayed), "messages": messages, "verified": verified}
        sys.stdout.write(msgspec.json.encode({**canonical.builtins(report), **parts}).decode() + "\n")
    else:
        for one in (*report.checks, *replayed):
            sys.stdout.write(f"{one.check:<11}{one.status:<7}{one.detail}".rstrip() + "\n")
        sys.stdout.write("verified\n" if decided else "NOT verified\n")
        sys.stdout.write(f"\n{said}" if said else "")
    if not verified:
        sys.exit(1)


def _given(option: str, value: object) -> list[str]:
    return [] if value is None else [f"{option}={value}"]


def _given_to_replay(
    request: Path, rulebook: Path | None, profile: Path | None, found: Path | None, today: str | None
) -> Given:
    rules, operator, more = (None if file is None else file_bytes(file) for file in (rulebook, profile, found))
    return Given(file_bytes(request), rules, operator, more, None if today is None else replaying.day(today))


def _has_messages(folder: Path) -> bool:
    data = folder / "bag" / "data"
    return (data / MESSAGES).is_dir() or (data / REPORTED / MESSAGES).is_dir()
