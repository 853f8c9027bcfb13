# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity drill ghost --break NAME`: one defence replaced by nothing, in the process where it lives, while it counts.

A hub or witness of a drill is started by this file, so that it goes by the drill's clock; with a name, that defence is
gone in it. What devices defend is replaced in the drill's own process, where they live, for the one attack.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from privity.faces.demo.launch import Break, apply
from privity.faces.drill.clock import Clock


def _no_check(_: Any) -> Any:
    return lambda *_, **__: None


def _no_rules(honest: Any) -> Any:
    class NoRules(honest):  # type: ignore[misc]  # a class that is looked up at run time
        """Everything may happen in a room."""

        __slots__ = ()

        def check_credential(self, *_: object) -> None:
            pass

        def check_external_sender(self, *_: object) -> None:
            pass

        def check_commit(self, *_: object) -> None:
            pass

    return NoRules


def _beside_the_log(_: Any) -> Any:
    from privity.client.engine.trust import Pin
    from privity.identity.account import Account
    from privity.identity.device_list import DeviceList

    def extend(self: Any, user_uri: str, proof: bytes, values: Any) -> Any:
        account = Account.of(DeviceList.decode(values[-1]))
        self._put(user_uri, Pin(account.encode(), 0, self._now(), account.newest.version, 0, proof), account)
        self.version += 1
        return account.in_force

    return extend


def _quorum(size: int) -> Any:
    def replacement(honest: Any) -> Any:
        return lambda note, policy, *rest: honest(note, replace(policy, quorum=size), *rest)

    return replacement


def _forgets_what_it_saw(honest: Any) -> Any:
    return lambda head, keys, view, now_ms: honest(replace(head, consistency=()), keys, None, now_ms)


def _believes_old_ones(honest: Any) -> Any:
    return lambda head, keys, view, now_ms: honest(head, keys, view, head.entry.timestamp_ms)


def _no_ladder(_: Any) -> Any:
    from privity.keylog.ladder import ladder

    def take(self: Any, version: int | None, steps: Any) -> None:
        for number, step in zip(ladder(version), steps, strict=False):
            self._take(number, step.vrf_proof, step.found)

    return take


def _takes_any_place(_: Any) -> Any:
    from privity.keylog import vrf

    return lambda public, alpha, proof: vrf._output(proof[:32])


def _cosigns_anything(_: Any) -> Any:
    from privity.tlog.cosignature import cosign

    async def decide(self: Any, request: Any, checkpoint: Any) -> Any:
        return cosign(self._private, self._own.name, request.note.text, self._now_s())

    return decide


def _audits_nothing(_: Any) -> Any:
    async def audit(self: Any, kept: Any, checkpoint: Any) -> Any:
        return kept

    return audit


def _asks_nobody(_: Any) -> Any:
    async def compare(self: Any, *_: object) -> None:
        pass

    return compare


def _says_nothing(_: Any) -> Any:
    return lambda *_: ""


def _nobody(_: Any) -> Any:
    return lambda _: []


def _always_agreed(_: Any) -> Any:
    return lambda *_: False


_ENGINE = "privity.client.engine"
_VERIFY = "privity.keylog.verify"

BREAKS: dict[str, Break] = {
    "extra-device": Break(
        "device",
        "devices compare no KeyPackage with its user's list",
        "extra-device",
        f"{_ENGINE}.trust",
        "Pins.check_device",
        _no_check,
    ),
    "first-contact": Break(
        "device",
        "devices take a list that stands beside the log",
        "first-contact",
        f"{_ENGINE}.trust",
        "Pins.extend",
        _beside_the_log,
    ),
    "reset-ghost": Break(
        "device",
        "a reset counts at once",
        "reset-ghost",
        "privity.identity.account",
        "RESET_PENDING_MS",
        lambda _: 0,
    ),
    "reset-consent": Break(
        "device",
        "devices do not ask before they add who follows a reset",
        "reset-ghost",
        f"{_ENGINE}.trust",
        "Pins.check_accepted",
        _no_check,
    ),
    "reset-entry": Break(
        "device",
        "who follows a reset may enter old conversations",
        "reset-ghost",
        f"{_ENGINE}.leaves",
        "Leaves.check_reentry",
        _no_check,
    ),
    "newcomer": Break(
        "device",
        "people do not compare which log they know",
        "newcomer",
        f"{_ENGINE}.gossip",
        "Gossip._differs",
        _no_check,
    ),
    "fork": Break(
        "witness",
        "witnesses cosign whatever the log has signed",
        "fork",
        "privity.witness.watch",
        "Watch._decide",
        _cosigns_anything,
    ),
    "fork-unwatched": Break(
        "device",
        "people do not compare what they have seen of the log",
        "fork-unwatched",
        f"{_ENGINE}.gossip",
        "verify_consistency",
        _no_check,
    ),
    "majority": Break(
        "device",
        "people do not compare what they have seen of a log that is well watched",
        "majority",
        f"{_ENGINE}.gossip",
        "verify_consistency",
        _no_check,
    ),
    "minority": Break(
        "device",
        "one witness is enough for a device",
        "minority",
        _VERIFY,
        "open_checkpoint",
        _quorum(1),
    ),
    "rollback": Break(
        "device",
        "devices do not remember what they saw of the log",
        "rollback",
        _VERIFY,
        "_newest",
        _forgets_what_it_saw,
    ),
    "old-backup": Break(
        "hub",
        "a hub does not compare its database with its witnesses",
        "old-backup",
        "privity.server.keylog.publisher",
        "Publisher._compare",
        _asks_nobody,
    ),
    "stale": Break(
        "device",
        "devices believe a checkpoint of any age",
        "stale",
        _VERIFY,
        "_newest",
        _believes_old_ones,
    ),
    "version-jump": Break(
        "device",
        "an answer need not show that no later version exists",
        "version-jump",
        _VERIFY,
        "_Claims.take_ladder",
        _no_ladder,
    ),
    "vrf-swap": Break(
        "device",
        "devices do not check where in the map a version stands",
        "vrf-swap",
        _VERIFY,
        "vrf_verify",
        _takes_any_place,
    ),
    "wrong-opening": Break(
        "device",
        "devices do not open the commitment to a list",
        "wrong-opening",
        _VERIFY,
        "_Claims.check_opening",
        _no_check,
    ),
    "insert-then-remove": Break(
        "witness",
        "auditors do not look at the map",
        "insert-then-remove",
        "privity.witness.auditor",
        "Auditor.audit",
        _audits_nothing,
    ),
    "auditor-offline": Break(
        "device",
        "devices believe a checkpoint that nobody cosigned",
        "auditor-offline",
        _VERIFY,
        "open_checkpoint",
        _quorum(0),
    ),
    "forged-add": Break(
        "device",
        "devices know no rules of rooms",
        "forged-add",
        f"{_ENGINE}.state",
        "ProvenRules",
        _no_rules,
    ),
    "policy-change": Break(
        "device",
        "the hub may propose anything in a room",
        "policy-change",
        f"{_ENGINE}.state",
        "ProvenRules",
        _no_rules,
    ),
    "hub-key-swap": Break(
        "device",
        "devices take any key for reports",
        "hub-key-swap",
        f"{_ENGINE}.state",
        "Device.check_franking_key",
        _no_check,
    ),
    "silent-archive": Break(
        "device",
        "devices ask nobody whether an archive may read along",
        "silent-archive",
        f"{_ENGINE}.consent",
        "is_missing",
        _always_agreed,
    ),
    "silent-entry": Break(
        "device",
        "devices let into a room whoever the hub lets in",
        "silent-archive",
        f"{_ENGINE}.state",
        "ProvenRules",
        _no_rules,
    ),
    "suppressed-notice": Break(
        "device",
        "what a commit changed is shown only if the hub says so",
        "suppressed-notice",
        f"{_ENGINE}.events",
        "what_changed",
        _says_nothing,
    ),
    "weekly-look": Break(
        "device",
        "devices look nobody up by themselves",
        "suppressed-notice",
        f"{_ENGINE}.watch",
        "Watch._due",
        _nobody,
    ),
}
"""By name; the name of a defence is that of the attack it stops, but where one attack meets several."""


def launched(broken: Sequence[str], clock: Path, *arguments: str) -> list[str]:
    """What the interpreter is given to run a module by the drill's clock, and without these defences."""
    return ["-P", __file__, str(clock), ",".join(broken), *arguments]


@contextmanager
def without(broken: Iterable[str]) -> Iterator[None]:
    """These defences are gone in this process, those that are a device's."""
    undo = [apply(BREAKS[name]) for name in broken if BREAKS[name].process == "device"]
    try:
        yield
    finally:
        for put_back in reversed(undo):
            put_back()


if __name__ == "__main__":
    Clock.open(Path(sys.argv[1])).rule()
    for each in filter(None, sys.argv[2].split(",")):
        apply(BREAKS[each])
    sys.argv = sys.argv[3:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
