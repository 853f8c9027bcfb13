# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity audit`: check the log of the desk's acts, take its checkpoint away, show and hand out what it says."""

from __future__ import annotations

import asyncio
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import aiohttp
from cyclopts import App, Parameter
from cyclopts.validators import Number

from privity.desk.audit import cosigned, log, proof, reading
from privity.desk.audit import export as exports
from privity.desk.audit.acts import Act
from privity.desk.audit.beside import DEFAULT, Beside, Config, Key, desk, key_of, named, now_ms, shown
from privity.desk.audit.cosigning import Cosigning
from privity.desk.audit.errors import BadExport
from privity.desk.audit.signing import read_note, write_note
from privity.desk.audit.verify import Verified, stored, witnessed
from privity.desk.audit.verify import verify as check
from privity.desk.db.transaction import one_moment
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.note import SignedNote
from privity.tlog.verifier_key import VerifierKey

Entry = Annotated[int, Parameter(help="Its number.", validator=Number(gte=0, lte=1 << 53))]

app = App(
    name="audit",
    help="Check the log of everything that the desk and its people did.\n\n"
    "Example: privity audit show --config home/privity.toml",
    help_format="plaintext",
)


@app.command
def verify(
    *,
    checkpoint: Annotated[
        tuple[Path, ...], Parameter(help="One that you kept elsewhere; may be repeated.", show_default=False)
    ] = (),
    entries: Annotated[Path | None, Parameter(help="An exported log instead of the desk's database.")] = None,
    witness: Annotated[
        tuple[str, ...],
        Parameter(help="The key of a witness that must have cosigned; may be repeated.", show_default=False),
    ] = (),
    key: Key = None,
    config: Config = DEFAULT,
) -> None:
    """Check every entry, the tree over them, and that the log continues each checkpoint.

    Example: privity audit verify --checkpoint kept/audit.checkpoint
    """
    with named():
        kept, log_key = [read_note(path) for path in checkpoint], key_of(key, config)
        watching = [VerifierKey.decode(one) for one in witness]
        if entries is not None:
            seen = [witnessed(kept, log_key, one) for one in watching]
            found = exports.verified(entries, log_key, kept, shown)
        else:
            with desk(config) as here:
                given = cosigned.of_this_log(cosigned.kept(here.db), log_key)
                notes = [*kept, *given, *here.signing.found()]
                seen = [witnessed(notes, log_key, one) for one in watching]
                with one_moment(here.db):
                    found = check(shown(stored(here.db), log.size(here.db)), log_key, notes)
        sizes = [*(Checkpoint.decode(note.text).size for note in kept), *(one.size for one in seen)]
        reach = max(sizes, default=0)
    sys.stdout.write(f"the log holds: {_counted(found)}\n")
    for one in seen:
        sys.stdout.write(f"{one.name} cosigned the checkpoint of {one.size:,} at {_time(one.time_s)}\n")
    if not sizes:
        sys.stderr.write(
            "no checkpoint from elsewhere was given: whoever has the log's key could have changed it all\n"
        )
    elif reach < found.size:
        sys.stderr.write(f"entries from {reach} on came later: of those, no checkpoint given here says anything\n")


@app.command
def checkpoint(
    *,
    out: Annotated[Path | None, Parameter(help="Also write it to this file, to keep where the desk is not.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Sign and print what the log is now: its size and hash. Keep it where nobody of the desk can change it.

    Witnesses that the configuration names are asked to cosign it; one that does not answer is named and not waited for.

    Example: privity audit checkpoint --out audit.checkpoint
    """
    with named(), desk(config) as here:
        note, silent = here.signing.sign(), dict[str, str]()
        if here.witnesses:
            note, silent = asyncio.run(_cosigned(here, note))
        if out is not None:
            write_note(out, note)
    sys.stdout.write(note.encode().decode())
    for name, why in silent.items():
        sys.stderr.write(f"{name} has not cosigned it: {why}\n")


@app.command
def export(
    file: Annotated[Path, Parameter(help="Made anew; an existing file is never overwritten.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Write the log as it is, for somebody who checks it elsewhere. That it was exported is an entry of it.

    Example: privity audit export audit.jsonl
    """
    with named(), desk(config) as here:
        log.add(here.db, at_ms=now_ms(), who="command:audit", act=Act.AUDIT_EXPORTED)
        note = here.signing.sign()
        size = Checkpoint.decode(note.text).size
        exports.write(file, note, shown(log.entries(here.db, 0, size), size))
        key = here.signing.key.encode()
    sys.stderr.write(f"{size:,} entries; check: privity audit verify --entries {shlex.quote(str(file))} --key {key}\n")


@app.command
def show(
    *,
    after: Annotated[
        int, Parameter(help="Only entries with a higher number.", validator=Number(gte=-1, lte=1 << 53))
    ] = -1,
    about: Annotated[str | None, Parameter(help="Only what was done to one thing, such as case:12.")] = None,
    limit: Annotated[int, Parameter(help="How many at most.", validator=Number(gte=1, lte=100_000))] = 1000,
    json: Annotated[bool, Parameter(help="One JSON a line, for programs.", negative="", show_default=False)] = False,
    config: Config = DEFAULT,
) -> None:
    """Show entries, oldest first.

    Example: privity audit show --about case:12
    """
    with named(), desk(config) as here:
        found = reading.page(here.db, after=after, limit=limit, about=about)
    for entry in found:
        sys.stdout.write((entry.encode().decode() if json else reading.line(entry)) + "\n")
    if not found:
        sys.stderr.write("no such entry\n")


@app.command
def prove(number: Entry, /, *, config: Config = DEFAULT) -> None:
    """Print a proof that an entry stands in the log, for somebody who may see that entry alone.

    Example: privity audit prove 12
    """
    with named(), desk(config) as here:
        proven = proof.prove(here.db, number, here.signing.sign())
    sys.stdout.write(proven.encode().decode())


@app.command
def check_proof(
    file: Annotated[Path, Parameter(help="What `privity audit prove` printed.")],
    /,
    *,
    key: Key = None,
    config: Config = DEFAULT,
) -> None:
    """Check such a proof, and show its entry.

    Example: privity audit check-proof entry.tlog-proof
    """
    with named():
        own = key_of(key, config)
        try:
            data = file.read_bytes()
        except OSError as err:
            raise BadExport(f"cannot read {file.name}: {err.strerror}") from None
        entry = proof.check(proof.EntryProof.decode(data), own)
    sys.stdout.write(reading.line(entry) + "\n")


async def _cosigned(here: Beside, note: SignedNote) -> tuple[SignedNote, dict[str, str]]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        asking = Cosigning(here.db, here.signing, http, here.witnesses, here.cosigned, now_ms)
        silent = await asking.round()
        return asking.together(note), silent


def _time(time_s: int) -> str:
    """For people; a witness may have any clock."""
    try:
        return f"{datetime.fromtimestamp(time_s, UTC):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return f"{time_s} s"


def _counted(found: Verified) -> str:
    entries = f"{found.size:,} {'entry' if found.size == 1 else 'entries'}"
    sizes = ", ".join(f"{size:,}" for size in sorted({checkpoint.size for checkpoint in found.compared}))
    return f"{entries}, and it continues {f'the checkpoints of {sizes}' if sizes else 'no checkpoint: there is none'}"
