# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The key schedule, the secret tree, HPKE and message protection agree with the official MLS vectors."""

from __future__ import annotations

from typing import Any

from privity.mls.crypto import Random, verify_with_label
from privity.mls.messages.codepoints import MLS10, PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage
from privity.mls.messages.framing import LABEL, AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.proposals import decode_proposal
from privity.mls.messages.psk import ExternalPsk
from privity.mls.schedule import hpke, kdf, key_schedule, protect
from privity.mls.schedule.exporting import export
from privity.mls.schedule.psk import psk_secret
from privity.mls.schedule.secret_tree import Kind, SecretTree, Step, Window
from privity.mls.suites import suite
from privity.mls.transcript import confirmed_transcript_hash, interim_transcript_hash
from tests.mls.vectors import load

WIDE = Window(out_of_order=100_000, max_forward=100_000)


def counter_random() -> Random:
    state = [0]

    def random(count: int) -> bytes:
        state[0] += 1
        return state[0].to_bytes(4, "big").rjust(count, b"r")[:count]

    return random


def test_labelled_derivations_and_hpke_agree_with_the_vectors() -> None:
    for case in load("crypto-basics"):
        s = suite(case["cipher_suite"])
        v = _bytes(case["expand_with_label"])
        label = v["label"].encode()
        assert kdf.expand_with_label(s, v["secret"], label, v["context"], v["length"]) == v["out"]
        v = _bytes(case["derive_secret"])
        assert kdf.derive_secret(s, v["secret"], v["label"].encode()) == v["out"]
        v = _bytes(case["derive_tree_secret"])
        label = v["label"].encode()
        assert kdf.derive_tree_secret(s, v["secret"], label, v["generation"], v["length"]) == v["out"]
        v = _bytes(case["encrypt_with_label"])
        label = v["label"].encode()
        opened = hpke.decrypt_with_label(s, v["priv"], label, v["context"], v["kem_output"], v["ciphertext"])
        assert opened == v["plaintext"]
        sealed = hpke.encrypt_with_label(s, v["pub"], label, v["context"], v["plaintext"], counter_random())
        assert hpke.decrypt_with_label(s, v["priv"], label, v["context"], *sealed) == v["plaintext"]


def test_epochs_follow_each_other_as_in_the_vectors() -> None:
    for case in load("key-schedule"):
        s = suite(case["cipher_suite"])
        init_secret = bytes.fromhex(case["initial_init_secret"])
        for number, raw in enumerate(case["epochs"]):
            e = _bytes(raw)
            context = GroupContext(
                MLS10,
                s.id,
                bytes.fromhex(case["group_id"]),
                number,
                e["tree_hash"],
                e["confirmed_transcript_hash"],
                (),
            ).encode()
            assert context == e["group_context"]
            joiner = key_schedule.joiner_secret(s, init_secret, e["commit_secret"], context)
            assert joiner == e["joiner_secret"]
            assert key_schedule.welcome_secret(s, joiner, e["psk_secret"]) == e["welcome_secret"]
            new = key_schedule.new_epoch(s, joiner, e["psk_secret"], context)
            assert new.welcome_secret == e["welcome_secret"]
            assert new.encryption_secret == e["encryption_secret"]
            for name in (
                "sender_data_secret",
                "exporter_secret",
                "external_secret",
                "confirmation_key",
                "membership_key",
                "resumption_psk",
                "epoch_authenticator",
                "init_secret",
            ):
                assert getattr(new.secrets, name) == e[name], name
            assert key_schedule.external_public_key(s, new.secrets.external_secret) == e["external_pub"]
            x = _bytes(raw["exporter"])
            exported = export(s, new.secrets.exporter_secret, x["label"].encode(), x["context"], x["length"])
            assert exported == x["secret"]
            init_secret = new.secrets.init_secret


def test_pre_shared_keys_mix_as_in_the_vectors() -> None:
    for case in load("psk_secret"):
        s = suite(case["cipher_suite"])
        keys = [(ExternalPsk(v["psk_id"], v["psk_nonce"]), v["psk"]) for v in (_bytes(psk) for psk in case["psks"])]
        assert psk_secret(s, keys) == bytes.fromhex(case["psk_secret"])


def test_message_keys_agree_with_the_vectors() -> None:
    for case in load("secret-tree"):
        s = suite(case["cipher_suite"])
        v = _bytes(case["sender_data"])
        assert protect._sender_data_key(s, v["sender_data_secret"], v["ciphertext"]) == (v["key"], v["nonce"])
        tree = SecretTree.create(s, len(case["leaves"]), bytes.fromhex(case["encryption_secret"]))
        for leaf, generations in enumerate(case["leaves"]):
            for raw in generations:
                v = _bytes(raw)
                for kind in Kind:
                    step = tree.look_up(leaf, kind, v["generation"], WIDE)
                    name = kind.name.lower()
                    assert (step.key, step.nonce) == (v[f"{name}_key"], v[f"{name}_nonce"])
                    tree.apply(step)


def test_messages_of_the_vectors_open_and_ours_open_again() -> None:
    for case in load("message-protection"):
        s = suite(case["cipher_suite"])
        v = _bytes(case)
        extensions = ()
        context = GroupContext(
            MLS10, s.id, v["group_id"], v["epoch"], v["tree_hash"], v["confirmed_transcript_hash"], extensions
        ).encode()
        leaf = 1

        def tree(secret: bytes = v["encryption_secret"], case_suite: Any = s) -> SecretTree:
            return SecretTree.create(case_suite, 2, secret)

        def open_private(data: bytes, v: Any = v, s: Any = s, tree: Any = tree) -> AuthenticatedContent:
            message = MLSMessage.decode(data).body
            assert isinstance(message, PrivateMessage)
            sender = protect.open_sender_data(s, v["sender_data_secret"], message)
            kind = Kind.APPLICATION if message.content_type == 1 else Kind.HANDSHAKE
            step: Step = tree().look_up(sender.leaf_index, kind, sender.generation, WIDE)
            return protect.open_private(s, step, sender, message)

        for name, want in (
            ("proposal", decode_proposal(v["proposal"])),
            ("commit", Commit.decode(v["commit"])),
            ("application", v["application"]),
        ):
            private = open_private(v[f"{name}_priv"])
            assert private.content.body == want
            assert private.content.sender == Sender.member(leaf)
            verify_with_label(s, v["signature_pub"], LABEL, private.tbs(context), private.signature)
            if name == "application":
                continue
            public = MLSMessage.decode(v[f"{name}_pub"]).body
            assert isinstance(public, PublicMessage)
            assert public.content.body == want
            protect.check_membership_tag(s, v["membership_key"], public, context)
            verify_with_label(s, v["signature_pub"], LABEL, public.authenticated.tbs(context), public.signature)

        content = FramedContent(v["group_id"], v["epoch"], Sender.member(leaf), b"seen", v["application"])
        auth = AuthenticatedContent.signed(s, v["signature_priv"], content, context, PRIVATE_MESSAGE)
        step = tree().next_to_send(leaf, Kind.APPLICATION)
        sealed = protect.seal_private(s, v["sender_data_secret"], step, auth, padding_to=256, random=counter_random())
        assert len(sealed.ciphertext) == 256 + 16
        assert open_private(MLSMessage(sealed).encode()) == auth
        content = FramedContent(v["group_id"], v["epoch"], Sender.member(leaf), b"", decode_proposal(v["proposal"]))
        auth = AuthenticatedContent.signed(s, v["signature_priv"], content, context, PUBLIC_MESSAGE)
        public = protect.seal_public(s, v["membership_key"], auth, context)
        protect.check_membership_tag(s, v["membership_key"], PublicMessage.decode(public.encode()), context)


def test_confirmation_tags_and_transcript_hashes_agree_with_the_vectors() -> None:
    for case in load("transcript-hashes"):
        s = suite(case["cipher_suite"])
        v = _bytes(case)
        auth = AuthenticatedContent.decode(v["authenticated_content"])
        confirmed = confirmed_transcript_hash(s, v["interim_transcript_hash_before"], auth)
        assert confirmed == v["confirmed_transcript_hash_after"]
        tag = key_schedule.confirmation_tag(s, v["confirmation_key"], confirmed)
        assert tag == auth.confirmation_tag
        assert interim_transcript_hash(s, confirmed, tag) == v["interim_transcript_hash_after"]


def _bytes(case: dict[str, Any]) -> dict[str, Any]:
    """The case with its hexadecimal strings as bytes; labels stay text."""
    out: dict[str, Any] = {}
    for name, value in case.items():
        out[name] = bytes.fromhex(value) if isinstance(value, str) and name != "label" else value
    return out
