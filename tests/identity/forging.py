# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Device lists as somebody would sign them who keeps to no rule but has some of the keys."""

from __future__ import annotations

from dataclasses import replace

from privity.identity.device_list import LABEL, SUITE, Device, DeviceList
from privity.mls.crypto import sign_with_label, signature_public_key


def public(private: bytes) -> bytes:
    return signature_public_key(SUITE, private)


def resigned(draft: DeviceList, key: bytes, *, previous: bytes | None = None, recovery: bytes | None = None) -> bytes:
    """The list with all signatures made anew by these keys, so that only the rule in question is broken.

    The list names `key` as its account key; which recovery key it names is the draft's matter.
    """
    draft = replace(draft, account_key=public(key))
    tbs = draft.tbs()

    def sign(private: bytes | None) -> bytes | None:
        return None if private is None else sign_with_label(SUITE, private, LABEL, tbs)

    return replace(
        draft, sig=sign_with_label(SUITE, key, LABEL, tbs), prev_sig=sign(previous), recovery_sig=sign(recovery)
    ).encode()


def following(
    newest: DeviceList,
    *,
    devices: tuple[Device, ...] | None = None,
    recovery_key: bytes | None = None,
    prev: bytes | None = None,
    reset: bool = False,
) -> DeviceList:
    """A draft of the version after this one, with some fields changed."""
    listed = newest.devices if devices is None else devices
    return replace(
        newest,
        version=newest.version + 1,
        prev=prev or newest.hash(),
        reset=reset,
        recovery_key=recovery_key or newest.recovery_key,
        devices=tuple(sorted(listed, key=lambda device: device.client_uri)),
    )
