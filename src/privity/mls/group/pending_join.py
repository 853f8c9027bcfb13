# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""An external commit of our own between being made and being accepted (RFC 9420 section 12.4.3.2)."""

from __future__ import annotations

from privity.mls.errors import UsageError
from privity.mls.group.group import Group
from privity.mls.group.identity import Identity
from privity.mls.group.join_external import JoinedEpoch
from privity.mls.group.state import GroupState
from privity.mls.rules import Rules
from privity.mls.secrecy import holds_secrets


@holds_secrets
class PendingJoin:
    """An external commit of ours that nobody accepted yet; `encode` it into the store before it is sent."""

    __slots__ = ("_group", "_identity", "_joined", "_rules")

    def __init__(self, joined: JoinedEpoch, identity: Identity, rules: Rules) -> None:
        self._joined = joined
        self._identity = identity
        self._rules = rules
        self._group: Group | None = None

    def __repr__(self) -> str:
        return f"<PendingJoin to epoch {self.epoch}>"

    @property
    def message(self) -> bytes:
        """The commit as an encoded MLSMessage."""
        return self._joined.message

    @property
    def welcome(self) -> bytes | None:
        """An external commit adds nobody else."""
        return None

    @property
    def group_info(self) -> bytes:
        """The GroupInfo of the new epoch, without its tree, as an encoded MLSMessage."""
        return self._joined.group_info

    @property
    def ratchet_tree(self) -> bytes:
        """The tree of the new epoch, encoded."""
        return self._joined.epoch.public.tree.encode()

    @property
    def epoch(self) -> int:
        """The epoch that the commit leads to."""
        return self._joined.epoch.number

    @property
    def group_id(self) -> bytes:
        """The group that is entered."""
        return self._joined.epoch.group_id

    @property
    def own_leaf(self) -> int:
        """Our leaf index in the new epoch."""
        return self._joined.epoch.own_leaf

    def merge(self) -> Group:
        """The group, once the commit was accepted."""
        if self._group is None:
            state = GroupState(self._identity, self._rules, self._joined.epoch)
            state.record_all()
            self._group = Group(state)
        return self._group

    @property
    def group(self) -> Group:
        """The group after `merge`."""
        if self._group is None:
            raise UsageError("the external commit was not merged yet")
        return self._group

    def encode(self) -> bytes:
        """All of it, secrets included, for the device's own store."""
        return self._joined.encode()

    @classmethod
    def decode(cls, data: bytes, identity: Identity, rules: Rules) -> PendingJoin:
        return cls(JoinedEpoch.decode(data, rules.suites), identity, rules)
