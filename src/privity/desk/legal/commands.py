# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal`: what the legal desk's rules make of a request, for anybody who wants to check."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from privity.desk.audit.beside import named
from privity.desk.legal.agencies import commands as agencies
from privity.desk.legal.collecting.commands import capabilities, check_capabilities
from privity.desk.legal.collecting.holding import must_be_held
from privity.desk.legal.explaining import explained
from privity.desk.legal.guide.commands import guide
from privity.desk.legal.releasing.commands import make_release_keys, published_keys
from privity.desk.legal.replaying import day
from privity.desk.legal.requests import commands as request_commands
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.office import file_bytes
from privity.desk.legal.rulebook import facts, profile, strict_yaml
from privity.desk.legal.rulebook.evaluating import evaluate
from privity.desk.legal.rulebook.loading import load, shipped, shipped_bytes
from privity.desk.legal.rulebook.profile import Profile
from privity.desk.legal.vault.commands import open_share
from privity.desk.legal.verifying import verify

app = App(
    name="legal",
    help="Requests of authorities: what the rulebook makes of them, who may ask, what leaves, and how to check it.\n\n"
    "Example: privity legal explain request.yaml",
    help_format="plaintext",
)


app.command(verify)
app.command(make_release_keys)
app.command(published_keys)
app.command(request_commands.file)
app.command(agencies.commands(requests.open_of_agencies))
app.command(capabilities)
app.command(check_capabilities)
app.command(open_share)
app.command(guide)

Request = Annotated[Path, Parameter(help="The facts of the request, as YAML.")]


@app.command
def explain(
    request: Request,
    /,
    *,
    profile_file: Annotated[
        Path | None, Parameter(name="--profile", help="The operator's profile, as YAML; without it nothing binds.")
    ] = None,
    rulebook_file: Annotated[
        Path | None, Parameter(name="--rulebook", help="Your own rulebook, as YAML; without it the shipped draft.")
    ] = None,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
    today: Annotated[str | None, Parameter(help="The day of the verdict, such as 2026-11-26.")] = None,
) -> None:
    """Show the verdict of the rulebook for a request, and every rule behind it.

    Nothing is asked of any desk or hub. The status is 0 for every verdict.

    Example: privity legal explain request.yaml --profile profile.yaml
    """
    with named():
        rulebook = shipped() if rulebook_file is None else load(file_bytes(rulebook_file))
        known = facts.read(_decoded(request))
        operator = profile.read(_decoded(profile_file)) if profile_file is not None else Profile()
        must_be_held(operator)
        day_of_it = datetime.now(UTC).date() if today is None else day(today)
        verdict = evaluate(rulebook, operator, known, day_of_it)
    if json:
        sys.stdout.write(msgspec.json.encode(verdict).decode() + "\n")
        return
    for line in explained(rulebook, verdict):
        sys.stdout.write(line + "\n")


@app.command
def rulebook() -> None:
    """Print the rulebook that is shipped, to make your own from it.

    It is a draft, and nothing leaves by it before two people have reviewed it.

    Example: privity legal rulebook
    """
    sys.stdout.write(shipped_bytes().decode())


def _decoded(file: Path) -> Any:
    return strict_yaml.load(file_bytes(file))
