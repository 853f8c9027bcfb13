# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The base mode of RFC 9180 against the RFC's own test vectors (appendices A.1.1 and A.3.1), without the MLS ones."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from privity.mls.schedule import hpke
from privity.mls.suites import suite

INFO = b"Ode on a Grecian Urn"
PLAINTEXT, AAD = b"Beauty is truth, truth beauty", b"Count-0"


@dataclass(frozen=True)
class Vector:
    """`ephemeral` is what our encapsulation draws: a private key of X25519, key material of P-256."""

    number: int
    key_material: str
    private: str
    ephemeral: str
    enc: str
    ciphertext: str
    exported: dict[bytes, str]


VECTORS = [
    Vector(
        number=1,
        key_material="6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
        private="4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
        ephemeral="52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
        enc="37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
        ciphertext="f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
        exported={
            b"": "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
            b"\x00": "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5",
            b"TestContext": "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931",
        },
    ),
    Vector(
        number=2,
        key_material="668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
        private="f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
        ephemeral="4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
        enc="04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
        "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
        ciphertext="5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
        exported={
            b"": "5e9bc3d236e1911d95e65b576a8a86d478fb827e8bdfe77b741b289890490d4d",
            b"\x00": "6cff87658931bda83dc857e6353efe4987a201b849658d9b047aab4cf216e796",
            b"TestContext": "d8f1ea7942adbba7412c6d431c62d01371ea476b823eb697e1f6e6cae1dab85a",
        },
    ),
]


@pytest.mark.parametrize("vector", VECTORS, ids=["A.1.1", "A.3.1"])
def test_published_vectors(vector: Vector) -> None:
    chosen, enc, ciphertext = suite(vector.number), bytes.fromhex(vector.enc), bytes.fromhex(vector.ciphertext)
    private, public = hpke.derive_key_pair(chosen, bytes.fromhex(vector.key_material))
    assert private.hex() == vector.private

    def drawn(length: int) -> bytes:
        assert length == 32
        return bytes.fromhex(vector.ephemeral)

    assert hpke.seal(chosen, public, INFO, AAD, PLAINTEXT, drawn) == (enc, ciphertext)
    assert hpke.open_sealed(chosen, private, enc, INFO, AAD, ciphertext) == PLAINTEXT
    sent_enc, sender = hpke.setup_sender(chosen, public, INFO, drawn)
    receiver = hpke.setup_receiver(chosen, private, enc, INFO)
    assert sent_enc == enc
    for context, exported in vector.exported.items():
        assert sender.export(context, 32).hex() == receiver.export(context, 32).hex() == exported
