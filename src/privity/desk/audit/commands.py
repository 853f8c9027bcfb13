# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity audit`: check the log of the desk's acts, take its checkpoint away, show and hand out what it says."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from privity.desk.audit import export as exports
from privity.desk.audit import log, proof, reading
from privity.desk.audit.acts import Act
from privity.desk.audit.beside import DEFAULT, Config, Key, desk, key_of, named, now_ms, shown
from privity.desk.audit.errors import BadExport
from privity.desk.audit.signing import read_note, write_note
from privity.desk.audit.verify import Verified, stored
from privity.desk.audit.verify import verify as check
from privity.desk.db.transaction import one_moment
from privity.tlog.checkpoint import Checkpoint

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
    key: Key = None,
    config: Config = DEFAULT,
) -> None:
    """Check every entry, the tree over them, and that the log continues each checkpoint.

    Example: privity audit verify --checkpoint kept/audit.checkpoint
    """
    with named():
        kept = [read_note(path) for path in checkpoint]
        if entries is not None:
            found = exports.verified(entries, key_of(key, config), kept, shown)
        else:
            with desk(config) as here:
                notes = [*kept, *here.signing.found()]
                with one_moment(here.db):
                    found = check(shown(stored(here.db), log.size(here.db)), key_of(key, config), notes)
        reach = max((Checkpoint.decode(note.text).size for note in kept), default=0)
    sys.stdout.write(f"the log holds: {_counted(found)}\n")
    if not kept:
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

    Example: privity audit checkpoint --out audit.checkpoint
    """
    with named(), desk(config) as here:
        note = here.signing.sign()
        if out is not None:
            write_note(out, note)
    sys.stdout.write(note.encode().decode())


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


def _counted(found: Verified) -> str:
    entries = f"{found.size:,} {'entry' if found.size == 1 else 'entries'}"
    sizes = ", ".join(f"{size:,}" for size in sorted({checkpoint.size for checkpoint in found.compared}))
    return f"{entries}, and it continues {f'the checkpoints of {sizes}' if sizes else 'no checkpoint: there is none'}"
