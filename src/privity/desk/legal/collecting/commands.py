# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal capabilities`: what any collector can read, for whoever makes a release and whoever wants to know."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from privity.desk.audit.beside import named
from privity.desk.legal.collecting import capabilities as manifest
from privity.desk.legal.collecting import signing
from privity.desk.legal.collecting.errors import ReleaseKeyUnusable, SignatureRefused


def capabilities(
    *,
    sign: Annotated[Path | None, Parameter(help="Sign with this key (Ed25519, PEM); the signature is printed.")] = None,
    check: Annotated[Path | None, Parameter(help="Check this signature of the manifest.")] = None,
    key: Annotated[Path | None, Parameter(help="The public key to check it with (PEM).")] = None,
) -> None:
    """Print the manifest of collectors as it follows from the code.

    With --sign or --check the manifest of this release must be what its code is.

    Example: privity legal capabilities --check capabilities.sig --key release.pem
    """
    with named():
        if sign is None and check is None:
            sys.stdout.write(manifest.made().encode().decode())
            return
        manifest.must_be_the_codes()
        if sign is not None:
            sys.stdout.write(signing.sign(manifest.shipped_bytes(), _read(sign)).decode() + "\n")
        if check is not None:
            if key is None:
                raise SignatureRefused("a signature is checked with a key: name the public key with --key")
            found = signing.check(manifest.shipped_bytes(), _read(check).rstrip(b"\n"), _read(key))
            sys.stdout.write(f"capabilities {manifest.sha256()} signed by {found}\n")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as err:
        raise ReleaseKeyUnusable(f"{file.name}: {err.strerror}") from None
