# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What peers sent to a member of ours who only listens, written down: `spec/vectors/mls-peers.json`.

With it a clone that has no peer still joins what they made and follows their commits. Written anew, with other keys, by
`python -m tests.interop.recording`, which needs the peers; the secrets in it are of members that never were.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.interop.circle import EXPORTER, Circle
from tests.interop.peer import Client, packed
from tests.interop.peers import OURS, ROOT, Started
from tests.interop.rows import COLUMNS

FILE = ROOT / "spec" / "vectors" / "mls-peers.json"


class Listener:
    """A member of ours that sends nothing, and the record of what it received."""

    def __init__(self, started: Started, theirs: str, suite: int) -> None:
        self.started, self.theirs, self.suite = started, theirs, suite
        self.us = started[OURS].client("listener", suite)
        self.steps: list[dict[str, Any]] = []
        maker = started[theirs].client("maker", suite)
        self.circle = Circle(maker, f"recorded of {theirs} in {suite}".encode())
        self.others = [maker]
        self.add("second")
        self.update(maker)
        made = maker.commit(adds=[self.us.key_package()], tree_in_welcome=True)
        for each in self.others[1:]:
            each.process(made.commit, maker)
        self.us.join(made.welcome)
        assert made.welcome is not None
        self.record: dict[str, Any] = {
            "peer": theirs,
            "suite": suite,
            "now": int(time.time()),
            **self.us.call("secrets"),
            "welcome": packed(made.welcome),
            "exporter": packed(self.us.exporter(*EXPORTER)),
            "steps": self.steps,
        }
        self.circle.inside.append(self.us)

    def add(self, name: str) -> None:
        new = self.started[self.theirs].client(name, self.suite)
        self._commit(self.others[0], lambda: self.circle.add(self.others[0], new).commit)
        self.others.append(new)

    def update(self, by: Client) -> None:
        self._commit(by, lambda: self.circle.update(by).commit)

    def remove(self, by: Client, gone: Client) -> None:
        self.others.remove(gone)
        self._commit(by, lambda: self.circle.remove(by, gone).commit)

    def say(self, by: Client, words: bytes) -> None:
        message = by.encrypt(words)
        for each in self.circle.inside:
            if each is not by:
                assert each.process(message, by).plaintext == words
        self.steps.append({"message": packed(message), "plaintext": packed(words)})

    def _commit(self, by: Client, made: Callable[[], bytes]) -> None:
        message = made()
        if self.us in self.circle.inside:
            self.steps.append({"message": packed(message), "exporter": packed(self.us.exporter(*EXPORTER))})


def record(started: Started, theirs: str, suite: int) -> dict[str, Any]:
    """A conversation in which the peer adds, updates, removes and speaks."""
    listener = Listener(started, theirs, suite)
    maker, second = listener.others
    listener.say(second, b"welcome")
    listener.update(second)
    listener.add("third")
    third = listener.others[2]
    listener.update(third)
    listener.say(third, b"here as well")
    listener.remove(maker, second)
    listener.update(third)
    listener.add("fourth")
    listener.say(maker, b"good bye")
    return listener.record


def main() -> None:
    started = Started({})
    try:
        records = [record(started, theirs, suite) for theirs, suites in COLUMNS for suite in suites]
    finally:
        started.close()
    FILE.write_text(json.dumps(records, indent=1) + "\n")


if __name__ == "__main__":
    main()
