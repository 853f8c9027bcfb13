# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal capabilities` and `check-capabilities`: what any collector can read, under the house's signature."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Annotated, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cyclopts import Parameter

from privity.desk import config as desk_config
from privity.desk.audit.beside import DEFAULT, Config, named
from privity.desk.errors import ConfigInvalid
from privity.desk.keys import read_key
from privity.desk.legal.collecting import capabilities as manifest
from privity.desk.legal.collecting import signing
from privity.desk.legal.collecting.errors import ServiceKeyUnusable, SignatureRefused
from privity.desk.legal.collecting.holding import must_be_held
from privity.desk.legal.requests.office import file_bytes
from privity.desk.legal.rulebook import profile, strict_yaml
from privity.production.envelope import KeySigner
from privity.production.model import Use

SINCE: Final = "1970-01-01T00:00:00Z"
"""A signature of a manifest says nothing of times."""


def capabilities(
    *,
    signed: Annotated[
        bool, Parameter(help="Under the signature of this house's legal service.", negative="", show_default=False)
    ] = False,
    profile_file: Annotated[
        Path | None,
        Parameter(name="--profile", help="Check that there is what this profile says is held.", show_default=False),
    ] = None,
    config: Config = DEFAULT,
) -> None:
    """Print the manifest of collectors as it follows from the code.

    With --signed it comes in an envelope that anybody can check against the
    keys that the house publishes; the manifest must then be what its code is.
    With --profile a class that no table holds is refused by its name.

    Example: privity legal capabilities --signed --config home/privity.toml
    """
    with named():
        if profile_file is not None:
            must_be_held(profile.read(strict_yaml.load(file_bytes(profile_file))))
            sys.stdout.write("every class that the profile says is held has a table\n")
            return
        if not signed:
            sys.stdout.write(manifest.made().encode().decode())
            return
        manifest.must_be_the_codes()
        service = _service(desk_config.load(config))
        sys.stdout.write(signing.sign(manifest.shipped_bytes(), service).decode() + "\n")
        sys.stderr.write(f"signed with the public key {service.key.public_key}\n")


def check_capabilities(
    file: Annotated[Path, Parameter(help="What `privity legal capabilities --signed` printed.")],
    /,
    *,
    key: Annotated[
        str, Parameter(help="The published keys as a file, or the service's public key as it stands there.")
    ],
) -> None:
    """Check who signed a manifest of collectors, and whether it is that of this version.

    Example: privity legal check-capabilities signed.json --key keys.json
    """
    with named():
        keys = _read(Path(key)) if Path(key).is_file() else key.encode()
        found = signing.check(_read(file).rstrip(b"\n"), keys)
        digest = hashlib.sha256(found).hexdigest()
        if found != manifest.shipped_bytes():
            raise SignatureRefused(
                f"the signature holds, for the manifest {digest}; this version has {manifest.sha256()}"
            )
        sys.stdout.write(f"capabilities {digest}: signed by the house, and what this version has\n")


def _service(loaded: desk_config.DeskConfig) -> KeySigner:
    if loaded.legal is None or loaded.legal.releasing is None:
        raise ConfigInvalid("there is no [desk.legal.releasing] in the configuration: this house has no key that signs")
    secret = read_key(loaded.legal.releasing.service_key, made_by="privity legal make-release-keys")
    return KeySigner(Use.SERVICE, Ed25519PrivateKey.from_private_bytes(secret), SINCE)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as err:
        raise ServiceKeyUnusable(f"{file.name}: {err.strerror}") from None
