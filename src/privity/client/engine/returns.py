# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking a label up at a hub that may have lost what it published, and bringing back what this device has of it.

Whoever asks for it learns nothing: everything brought back was published by this hub in its key log, or was signed to
be, and that a device knows a version stands in each of its lookups. The hub compares it with the commitment in its map,
so that a lie brings nothing in; and what it shows afterwards is verified like everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from privity.client.engine import calls
from privity.client.engine.flow import Flow, ask
from privity.client.engine.key_log import ask_log
from privity.client.errors import KeysLost
from privity.keylog.labels import server_label, user_label
from privity.wire.errors import MAX_SAID, Code, Refusal
from privity.wire.keylog import BroughtBack, Looked

AGAIN_MS = 3_600_000
"""How long what did not help is not brought again: the hub said that it lacks something else."""


class Returns:
    """Remembers which labels are lost, so that each is said once and nothing is brought in vain each minute."""

    __slots__ = ("_hub_label", "_lost", "_now", "_own_label", "_say")

    def __init__(self, user_uri: str, hub_host: str, now: Callable[[], int], say: Callable[[str], None]) -> None:
        """`user_uri` is this device's own; `say` hears once that a label is lost, and once that it is back."""
        self._own_label = user_label(user_uri)
        self._hub_label = server_label(hub_host)
        self._now = now
        self._say = say
        self._lost: dict[bytes, int] = {}
        """Lost labels, and when (ms) all that this device has was brought in vain."""

    def look_up(
        self,
        label: bytes,
        from_version: int,
        from_size: int,
        bring: Iterable[Sequence[bytes]],
        *,
        date_all: bool = False,
    ) -> Flow[Looked]:
        """What the hub shows of a label, which nothing proves yet; `bring` are attempts at what it may have lost.

        Raises KeysLost.
        """
        call = calls.lookup(label.decode(), from_version, from_size, date_all=date_all)
        refused = ""
        for values in chain(((),), self._attempts(label, bring)):
            try:
                if values:
                    yield from ask(calls.bring_back(label.decode(), values), BroughtBack)
            except Refusal as refusal:
                refused = f"; it did not take what this device has: {str(refusal)[:MAX_SAID]}"
            try:
                answer = yield from ask_log(call, Looked)
            except Refusal as refusal:
                if refusal.code is not Code.KEYS_LOST:
                    raise
            else:
                if self._lost.pop(label, None) is not None:
                    self._say(f"the hub has {self._what(label)} again")
                return answer
        text = f"the hub has lost {self._what(label)}: {self._meanwhile(label)}{refused}"
        if label not in self._lost:
            self._say(text)
        if not self._in_vain(label):
            self._lost[label] = self._now()
        raise KeysLost(text)

    def _attempts(self, label: bytes, bring: Iterable[Sequence[bytes]]) -> Iterator[Sequence[bytes]]:
        """What is to be brought now. It is not asked for before the hub has said that something is lost."""
        if not self._in_vain(label):
            yield from bring

    def _in_vain(self, label: bytes) -> bool:
        """Whether all was brought a short while ago. A clock that went back since is no reason to wait."""
        tried_ms = self._lost.get(label)
        return tried_ms is not None and tried_ms <= self._now() < tried_ms + AGAIN_MS

    def _what(self, label: bytes) -> str:
        if label == self._own_label:
            return "the newest list of this account's devices"
        if label == self._hub_label:
            return "the newest record of its own keys"
        return f"the newest device list of {label.decode().removeprefix('u:')}"

    def _meanwhile(self, label: bytes) -> str:
        """What still works, and who can help."""
        if label == self._own_label:
            return (
                "conversations go on; nobody can add this account to one, and its devices cannot be changed. Connect"
                " its other devices: the one that has the list brings it back by itself"
            )
        if label == self._hub_label:
            return (
                "conversations go on, and this device keeps the keys that it knows. A device that has seen the record"
                " brings it back by itself"
            )
        return (
            "conversations go on; neither they nor a new device of theirs can be added before it is back. A device of"
            " theirs, or of anybody who has seen the list, brings it back by itself"
        )
