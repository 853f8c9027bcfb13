# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every attack of the drill, in the order in which it is played. Those that let days pass come last."""

from __future__ import annotations

from privity.faces.drill import accounts, histories, lists, newcomers, rooms, versions
from privity.faces.drill.attack import Attack

ATTACKS: tuple[Attack, ...] = (
    Attack("newcomer", "who registers is told of another log, and of an invented witness", newcomers.newcomer),
    Attack("first-contact", "before Alice ever met Bob, she is shown the ghost instead", lists.first_contact),
    Attack("extra-device", "one more device in Bob's list, and among his KeyPackages", lists.extra_device),
    Attack("wrong-opening", "what is in Bob's leaf of the map is said to be another list", lists.wrong_opening),
    Attack("version-jump", "the newest version of Bob's list is said to be another", versions.version_jump),
    Attack("vrf-swap", "where a version stands in the map is computed with another key", versions.vrf_swap),
    Attack("fork", "another log for Alice alone, and honest witnesses", histories.fork),
    Attack("minority", "another log for Alice alone, and one of three witnesses lies", histories.minority),
    Attack("majority", "another log for Alice alone, and two of three witnesses lie", histories.majority),
    Attack("fork-unwatched", "another log for Alice alone, and nobody watches", histories.fork_unwatched),
    Attack("rollback", "an older log than Alice has seen", histories.rollback),
    Attack("old-backup", "the hub goes on from an old copy of its database", histories.old_backup),
    Attack("forged-add", "the hub itself proposes to add the ghost", rooms.forged_add),
    Attack("policy-change", "the hub proposes an archive, other roles, other rules", rooms.policy_change),
    Attack("hub-key-swap", "the hub proposes a key for reports that no record of it names", rooms.hub_key_swap),
    Attack("silent-archive", "an archive nobody declared; then one nobody agreed to", rooms.silent_archive),
    Attack(
        "insert-then-remove",
        "a reset is in the log while Bob's device is off, then out again",
        accounts.insert_then_remove,
    ),
    Attack("suppressed-notice", "somebody joins, a list changes, and the hub says nothing", accounts.suppressed_notice),
    Attack("stale", "no newer log than that of the day when Alice last looked", histories.stale),
    Attack("auditor-offline", "most witnesses are switched off, and the log goes on", accounts.auditor_offline),
    Attack("reset-ghost", "the operator resets Bob's account to a device of its own", accounts.reset_ghost),
)
