# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/mls-post-quantum.json: `python -m tests.mls.secret.post_quantum_vectors`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest import mock

from privity.mls.messages.envelope import MLSMessage
from privity.mls.schedule import hpke, key_schedule, xwing
from privity.mls.suites import POST_QUANTUM
from tests.mls.group.builders import Member, accept
from tests.mls.secret import ml_kem_by_hand

FILE: Final = Path(__file__).resolve().parents[3] / "spec" / "vectors" / "mls-post-quantum.json"
Random = Callable[[int], bytes]


@contextmanager
def drawing_from(source: Random) -> Iterator[None]:
    """ML-KEM takes its randomness from here, 32 bytes for each encapsulation, instead of from the system."""

    class ByHand:
        def __init__(self, public: bytes) -> None:
            self._public = public

        @classmethod
        def from_public_bytes(cls, public: bytes) -> ByHand:
            return cls(public)

        def encapsulate(self) -> tuple[bytes, bytes]:
            return ml_kem_by_hand.encapsulate(self._public, source(32))

    with mock.patch.object(xwing, "MLKEM768PublicKey", ByHand):
        yield


def in_order(*draws: bytes) -> Random:
    """Gives out these bytes, one after another."""
    left = iter(draws)

    def draw(length: int) -> bytes:
        value = next(left)
        assert len(value) == length
        return value

    return draw


def primitives() -> dict[str, Any]:
    """What follows from its inputs alone."""
    rnd = random.Random("privity post-quantum vectors").randbytes
    keys = [_key_pair(rnd(32)) for _ in range(3)]
    return {
        "derive_key_pair": keys,
        "encapsulate": [_encapsulated(each, rnd(32), rnd(32)) for each in keys],
        "encrypt_with_label": [
            _sealed(keys[0], label, rnd(size), rnd(size), rnd(32), rnd(32))
            for label, size in (("UpdatePathNode", 32), ("Welcome", 100))
        ],
        "external_init": _external_init(rnd(32), rnd(32), rnd(32)),
    }


def _key_pair(key_material: bytes) -> dict[str, str]:
    private, public = hpke.derive_key_pair(POST_QUANTUM, key_material)
    return {"key_material": key_material.hex(), "private_key": private.hex(), "public_key": public.hex()}


def _encapsulated(key: dict[str, str], mlkem: bytes, x25519: bytes) -> dict[str, str]:
    with drawing_from(in_order(mlkem)):
        secret, kem_output = xwing.encapsulate(bytes.fromhex(key["public_key"]), in_order(x25519))
    return {
        "private_key": key["private_key"],
        "mlkem_randomness": mlkem.hex(),
        "x25519_randomness": x25519.hex(),
        "kem_output": kem_output.hex(),
        "shared_secret": secret.hex(),
    }


def _sealed(
    key: dict[str, str], label: str, context: bytes, plaintext: bytes, mlkem: bytes, x25519: bytes
) -> dict[str, str]:
    public = bytes.fromhex(key["public_key"])
    with drawing_from(in_order(mlkem)):
        kem_output, ciphertext = hpke.encrypt_with_label(
            POST_QUANTUM, public, label.encode(), context, plaintext, in_order(x25519)
        )
    return {
        "private_key": key["private_key"],
        "label": label,
        "context": context.hex(),
        "plaintext": plaintext.hex(),
        "mlkem_randomness": mlkem.hex(),
        "x25519_randomness": x25519.hex(),
        "kem_output": kem_output.hex(),
        "ciphertext": ciphertext.hex(),
    }


def _external_init(external_secret: bytes, mlkem: bytes, x25519: bytes) -> dict[str, str]:
    public = key_schedule.external_public_key(POST_QUANTUM, external_secret)
    with drawing_from(in_order(mlkem)):
        kem_output, init_secret = key_schedule.external_init_for_sender(POST_QUANTUM, public, in_order(x25519))
    return {
        "external_secret": external_secret.hex(),
        "external_pub": public.hex(),
        "mlkem_randomness": mlkem.hex(),
        "x25519_randomness": x25519.hex(),
        "kem_output": kem_output.hex(),
        "init_secret": init_secret.hex(),
    }


def passive_client() -> dict[str, Any]:
    """What a member needs to follow a group of this suite, in the form of the working group's own vectors."""
    with drawing_from(random.Random("privity post-quantum group").randbytes):
        anna, ben, carl = (Member(name, POST_QUANTUM.id) for name in ("anna", "ben", "carl"))
        anna.create()
        accept(anna.commit(adds=[ben.bundle.key_package]), [anna], [ben])
        added = anna.commit(adds=[carl.bundle.key_package])
        accept(added, [anna, ben], [carl])
        assert added.welcome is not None
        case = {
            "cipher_suite": POST_QUANTUM.id,
            "external_psks": [],
            "key_package": MLSMessage(carl.bundle.key_package).encode().hex(),
            "signature_priv": carl.identity.signature_private.hex(),
            "encryption_priv": carl.bundle.leaf_private.hex(),
            "init_priv": carl.bundle.init_private.hex(),
            "welcome": added.welcome.hex(),
            "ratchet_tree": added.ratchet_tree.hex(),
            "initial_epoch_authenticator": carl.group.epoch_authenticator.hex(),
        }
        epochs = []
        for committer in (ben, anna):
            pending = committer.commit(force_path=True)
            accept(pending, [anna, ben, carl])
            authenticator = carl.group.epoch_authenticator.hex()
            epochs.append({"proposals": [], "commit": pending.message.hex(), "epoch_authenticator": authenticator})
    return {**case, "epochs": epochs}


def vectors() -> dict[str, Any]:
    return {
        "about": "MLS with ML-KEM-768 and X25519; see spec/mls-post-quantum.md. Keys and secrets are test material.",
        **primitives(),
        "passive_client": passive_client(),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1) + "\n")
