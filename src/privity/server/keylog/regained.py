# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Epochs that auditors have kept, fetched and audited from what the database holds up to a signed checkpoint.

An auditor is believed as little here as a hub is by it. The log's own signature under the last checkpoint, made before
anything was lost, is what the epochs have to lead to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, Final

from privity.cosigners.asking import Witness
from privity.cosigners.errors import WitnessError, WitnessUnreachable
from privity.keylog.audit import AuditState, AuditUpdate, audit, check_head
from privity.keylog.continuing import Audited
from privity.keylog.encoding import HASH_BYTES
from privity.keylog.errors import KeylogError
from privity.server.errors import CannotContinue
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.verifier_key import VerifierKey

AHEAD: Final = 8
"""Epochs fetched at once: enough to hide the way to the auditor, and no load for it."""
TRIES: Final = 4
RETRY_S: Final = 2.0
"""How often one epoch is asked for before an auditor that does not answer is given up, and the pause in between."""
_LENGTH_BYTES: Final = 4

Told = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""


class Spool:
    """Audited epochs in a file, in their order: a log may have lost more of them than fit into memory."""

    __slots__ = ("_file",)

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def clear(self) -> None:
        self._file.seek(0)
        self._file.truncate()

    def put(self, update: bytes, prefix_root: bytes) -> None:
        self._file.write(len(update).to_bytes(_LENGTH_BYTES, "big") + update + prefix_root)

    def epochs(self) -> Iterator[tuple[bytes, Audited]]:
        """Each update as it came, and read."""
        self._file.seek(0)
        while head := self._file.read(_LENGTH_BYTES):
            update = self._file.read(int.from_bytes(head, "big"))
            yield update, Audited(AuditUpdate.decode(update), self._file.read(HASH_BYTES))


class Auditors:
    """Those who may have kept the epochs of this log. Any of them may lie, or have kept only a part."""

    __slots__ = ("_log_key", "_witnesses")

    def __init__(self, witnesses: Sequence[Witness], log_key: VerifierKey) -> None:
        self._witnesses = witnesses
        self._log_key = log_key

    async def regain(
        self, state: AuditState, target: Checkpoint, sizes: set[int], spool: Spool, told: Told
    ) -> dict[int, bytes]:
        """Spool the epochs from the state to the checkpoint; returns the roots at those of the sizes in between.

        Raises CannotContinue. Whom to ask first is tried in every way: what an auditor makes up may fit at first.
        """
        refused = CannotContinue("none of the configured witnesses audits, so nobody has kept what was lost")
        for number in range(len(self._witnesses)):
            order = [*self._witnesses[number:], *self._witnesses[:number]]
            spool.clear()
            try:
                return await self._follow(order, state, target, sizes, spool, told)
            except CannotContinue as err:
                refused = err
        raise refused

    async def _follow(
        self,
        order: Sequence[Witness],
        state: AuditState,
        target: Checkpoint,
        sizes: set[int],
        spool: Spool,
        told: Told,
    ) -> dict[int, bytes]:
        begun, roots = state.frontier.size, dict[int, bytes]()
        for first in range(begun, target.size, AHEAD):
            indexes = range(first, min(first + AHEAD, target.size))
            answers = await asyncio.gather(*(self._fetched(order[0], index) for index in indexes))
            for index, answer in zip(indexes, answers, strict=True):
                update, state = await self._next(order, state, index, answer)
                spool.put(update, state.prefix_root)
                if index + 1 in sizes:
                    roots[index + 1] = state.frontier.root()
            told("fetching and auditing", state.frontier.size - begun, target.size - begun)
        try:
            check_head(state, target)
        except KeylogError as err:
            raise CannotContinue(
                f"what {order[0].at.key.name} keeps follows from the database, and does not lead to what this log"
                f" signed: {err}"
            ) from None
        return roots

    async def _next(
        self, order: Sequence[Witness], state: AuditState, index: int, answer: bytes | WitnessError
    ) -> tuple[bytes, AuditState]:
        """The epoch by the first auditor whose word fits, and the state after it; `answer` is that of the first."""
        refused = []
        for number, witness in enumerate(order):
            if number:
                answer = await self._fetched(witness, index)
            try:
                if isinstance(answer, WitnessError):
                    raise answer
                return answer, audit(state, AuditUpdate.decode(answer))
            except (WitnessError, KeylogError) as err:
                refused.append(f"{witness.at.key.name}: {type(err).__name__}: {err}")
        raise CannotContinue(f"no auditor has an epoch {index} that follows from those before it: {'; '.join(refused)}")

    async def _fetched(self, witness: Witness, index: int) -> bytes | WitnessError:
        tries = 0
        while True:
            try:
                return await witness.kept(self._log_key, index)
            except WitnessError as err:
                tries += 1
                if tries == TRIES or not isinstance(err, WitnessUnreachable):
                    return err
            await asyncio.sleep(RETRY_S)
