# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What each errand does: the work, and what came of it in a sentence."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

from privity.client.backup.restoring import Restored
from privity.client.errors import HubUnreachable
from privity.client.export.writing import Form, Wanted
from privity.faces.app.errands import Outcome, Progress, Work
from privity.faces.app.opened import Opened
from privity.faces.app.port.happened import Told
from privity.faces.commands.naming import called

GIVEN = "The other device has everything that this one had to pass on."


def backup(opened: Opened) -> Work:
    """A backup, made and ready to be fetched."""
    device = opened.device

    async def work(progress: Progress) -> Outcome:
        return await made(
            opened,
            lambda out: device.backups.write(out, progress),
            "Keep the twelve words: nothing else opens it.",
            f"{_own_name(opened)}-{_today()}.privity-backup",
        )

    return work


def export(opened: Opened, form: Form, room_uris: tuple[str, ...], *, fetch: bool) -> Work:
    """An export, made and ready to be fetched. It is plain text once it is saved."""
    wanted = Wanted((form,), frozenset(room_uris) or None)

    async def work(progress: Progress) -> Outcome:
        return await made(
            opened,
            lambda out: opened.device.exports.pack(out, wanted, progress, fetch=fetch),
            "It is not encrypted: whoever can read the file reads everything in it.",
            f"{_own_name(opened)}-{_today()}-{form.value}.zip",
        )

    return work


def importing(opened: Opened, brought: BinaryIO) -> Work:
    async def work(progress: Progress) -> Outcome:
        numbers = await opened.device.exports.take_in(brought, progress)
        return Outcome(f"{_counted(len(numbers), 'conversation')} can be read here, apart from your own.")

    return work


def bringing_back(opened: Opened, brought: BinaryIO, phrase: str) -> Work:
    async def work(progress: Progress) -> Outcome:
        await _ready(opened)
        with _looking_anew(opened):
            return _told(opened, await opened.device.backups.restore(brought, phrase, progress))

    return work


def giving_history(opened: Opened, client_uri: str) -> Work:
    async def work(progress: Progress) -> Outcome:
        with _looking_anew(opened):
            await opened.device.backups.give_history(client_uri, progress)
        return Outcome(GIVEN)

    return work


def taking_history(opened: Opened) -> Work:
    async def work(progress: Progress) -> Outcome:
        await _ready(opened)
        with _looking_anew(opened):
            return _told(opened, await opened.device.backups.ask_history(progress))

    return work


async def made(opened: Opened, write: Callable[[BinaryIO], Awaitable[None]], text: str, filename: str) -> Outcome:
    """A file that is whole; one that comes to nothing is gone."""
    with ExitStack() as undo:
        out = opened.scratch()
        undo.callback(out.close)
        await write(out)
        out.flush()
        undo.pop_all()
    return Outcome(text, out, filename)


async def _ready(opened: Opened) -> None:
    """What comes back is proven by the key log, and so needs the hub. Raises HubUnreachable."""
    try:
        await opened.device.caught_up()
    except HubUnreachable as err:
        raise HubUnreachable(
            f"{err}; your conversations are brought back once you are online and begin again"
        ) from None


def _told(opened: Opened, done: Restored) -> Outcome:
    """What came of it, and what the person should do or know."""
    device = opened.device
    said = [f"{_counted(done.entries, 'entry', 'entries')} came back."]
    if done.from_desk:
        said.append(
            f"So did {_counted(done.from_desk, 'report, appeal or decision', 'reports, appeals and decisions')}."
        )
    if done.unproven:
        messages = _counted(done.unproven, "message")
        said.append(f"{messages} of others are not shown: nothing proves that they said so.")
    if done.compare_again:
        names = ", ".join(called(device, each) for each in done.compare_again)
        said.append(f"You had compared safety numbers with {names}; compare them again.")
    for user_uri in done.differing:
        text = (
            f"The hub shows keys of {called(device, user_uri)} that do not follow those it had shown before. Ask the"
            " person outside of this program."
        )
        opened.announce(Told(account=opened.name, text=text, alarm=True))
    return Outcome(" ".join(said))


@contextmanager
def _looking_anew(opened: Opened) -> Iterator[None]:
    """Whatever came of it, conversations may look different than before."""
    try:
        yield
    finally:
        opened.refresh_all()


def _own_name(opened: Opened) -> str:
    return opened.host.engine.device.own.handle


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
