# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal agency`: what whoever owns the desk's machine sees of agencies, and ends, all at once if need be.

Nobody is enrolled here: that takes two members of staff. Each of it stands in the audit log as `command:...`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number

from privity.desk.audit.beside import DEFAULT, Config, desk, named, now_ms
from privity.desk.legal.agencies import indicators, revoking, service
from privity.desk.legal.agencies.errors import AgencyInvalid, IndicatorInvalid
from privity.desk.legal.agencies.model import Agency
from privity.desk.legal.agencies.revoking import OpenRequests, Whom
from privity.desk.limits import MAX_INDICATORS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

MAX_LINE: Final = 160
"""Bytes of a line of indicators, and more."""


def commands(open_requests: OpenRequests) -> App:
    """The commands; `open_requests` says what of revoked agencies is open."""
    app = App(
        name="agency",
        help="List and revoke agencies.\n\nExample: privity legal agency list",
        help_format="plaintext",
    )
    app.command(listed, name="list")
    app.command(shared, name="indicators")
    app.command(taken, name="take-indicators")

    @app.command
    def revoke(
        number: Annotated[
            int | None, Parameter(help="As `privity legal agency list` says.", validator=Number(gte=1, lte=1 << 53))
        ] = None,
        /,
        *,
        every: Annotated[bool, Parameter(name="--all", help="All there are.", negative="", show_default=False)] = False,
        domain: Annotated[str | None, Parameter(help="All of a domain and of those below it.")] = None,
        country: Annotated[str | None, Parameter(help="All of a country, such as DE.")] = None,
        reason: Annotated[str, Parameter(help="It stands in the audit log.")],
        config: Config = DEFAULT,
    ) -> None:
        """Revoke agencies at once: their passkeys, codes and keys. They stay revoked.

        Example: privity legal agency revoke --country XX --reason "stolen keys"
        """
        acting = Acting.command("agency", Right.REVOKE_AGENCIES)
        with named():
            whom = _meant(number, domain, country, every=every)
            with desk(config) as beside:
                done = revoking.revoke(beside.db, acting, whom, reason, now_ms(), open_requests)
        sys.stdout.write(f"revoked: {', '.join(f'agency:{each}' for each in done.agencies)}\n")
        sys.stdout.write(f"with them: {done.supervisors} supervisors, {done.officers} officers,")
        sys.stdout.write(f" {done.passkeys} passkeys, {done.codes} codes, {done.keys} encryption keys\n")
        for pseudonym in done.requests:
            sys.stdout.write(f"held: {pseudonym}\n")

    return app


def listed(
    *,
    json: Annotated[bool, Parameter(help="One JSON object, for programs.", negative="", show_default=False)] = False,
    config: Config = DEFAULT,
) -> None:
    """List all agencies, those that may file first.

    Example: privity legal agency list --json
    """
    with named(), desk(config) as beside:
        found = service.listed(beside.db, Acting.command("agency", Right.SEE_LEGAL))
    if json:
        sys.stdout.write(msgspec.json.encode({"agencies": list(map(_row, found))}).decode() + "\n")
        return
    for each in found:
        sys.stdout.write(f"{each.number:4}  {each.state.value:9}  {each.country}  {each.domain:32}  {each.name}\n")
    if not found:
        sys.stdout.write("none yet: a clerk enrols them on the pages\n")


def shared(*, config: Config = DEFAULT) -> None:
    """Print what this desk knows of impostors, as salted hashes for another desk.

    Example: privity legal agency indicators
    """
    with named(), desk(config) as beside:
        lines = indicators.shared(beside.db, Acting.command("agency", Right.MANAGE_AGENCIES))
    for line in lines:
        sys.stdout.write(f"{line}\n")


def taken(
    file: Annotated[Path, Parameter(help="Lines as `privity legal agency indicators` prints them.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Take in what another desk knows of impostors.

    Example: privity legal agency take-indicators theirs.txt
    """
    with named():
        lines = _lines(file)
        with desk(config) as beside:
            acting = Acting.command("agency", Right.MANAGE_AGENCIES)
            new = indicators.taken(beside.db, acting, lines, now_ms())
    sys.stderr.write(f"{new} new indicators\n")


def _meant(number: int | None, domain: str | None, country: str | None, *, every: bool) -> Whom:
    if sum((number is not None, domain is not None, country is not None, every)) != 1:
        raise AgencyInvalid("expected one of NUMBER, --all, --domain or --country")
    if domain is not None:
        return Whom.below(domain)
    return Whom(number=number, country=country)


def _row(each: Agency) -> dict[str, object]:
    return {
        "number": each.number,
        "name": each.name,
        "country": each.country,
        "kind": each.kind,
        "domain": each.domain,
        "state": each.state.value,
    }


def _lines(file: Path) -> list[str]:
    with file.open("rb") as opened:
        data = opened.read(MAX_INDICATORS * MAX_LINE + 1)
    if len(data) > MAX_INDICATORS * MAX_LINE:
        raise IndicatorInvalid(f"{file.name} has more than {MAX_INDICATORS} lines")
    try:
        return data.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise IndicatorInvalid(f"{file.name} holds no indicators: they are plain letters and digits") from None
