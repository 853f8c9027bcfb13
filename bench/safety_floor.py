# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The floor under the intake: opening with HPKE, one signature, and the disk; nothing that any desk could leave out."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from bench.clock import cpu_us
from bench.hub import disk_folder
from privity.message.sealed_report import PADDING
from privity.server.measure import syncs

SYNCS: Final = 50
PAGE: Final = 100
"""Reports that share a transaction, and so what the disk costs."""


def floor_s(*, quick: bool) -> float:
    """CPU seconds for 1,000 reports. Raises CannotRun or OSError."""
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    private, signing = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    sealed = suite.encrypt(bytes(PADDING), private.public_key(), b"floor")
    said = bytes(200)
    signature, public = signing.sign(said), signing.public_key()

    def report() -> None:
        suite.decrypt(sealed, private, b"floor")
        public.verify(signature, said)

    us = cpu_us({"report": report}, samples=5 if quick else 25, calls=200)["report"]
    with closing(syncs(disk_folder())) as disk:
        start = time.process_time()
        for _ in range(SYNCS):
            next(disk)
        sync_s = (time.process_time() - start) / SYNCS
    return us / 1000 + sync_s * 1000 / PAGE
