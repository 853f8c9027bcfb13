# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Opening this person's device for one command, and naming rooms, people and messages as people write them."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final, NoReturn, TypeVar

from cyclopts import Parameter

from privity.client.engine.shown import (
    AccountClosed,
    AccountReset,
    ClosingPending,
    DevicesChanged,
    HeardFromDesk,
    Item,
    Kind,
    LogAlarm,
    Notice,
    ResetPending,
    RoomReportArrived,
    Shown,
    Working,
)
from privity.client.errors import (
    ClientError,
    CommandRefused,
    DeviceNotKnown,
    HandleMoved,
    HubUnreachable,
    NoStore,
    StoreInUse,
)
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import LETTERS, called, with_names
from privity.faces.commands.times import local_time
from privity.faces.commands.waiting import waiting
from privity.faces.commands.working import Waited
from privity.identity.errors import IdentityError
from privity.identity.uris import parse_user_uri
from privity.message.errors import MessageError
from privity.mls.errors import MlsError
from privity.wire.errors import Code, Refusal

Folder = Annotated[
    Path, Parameter(name="--device", env_var="PRIVITY_DEVICE", help="Folder of this device's encrypted store.")
]
Room = Annotated[
    str, Parameter(help="@HANDLE for the direct one, or the beginning of a room's ID; `privity room list` shows them.")
]
Who = Annotated[str, Parameter(help="A handle, or a user URI.")]
Message = Annotated[str, Parameter(help="The beginning of a message's id, as `privity read` shows it.")]
DEFAULT = Path("~/.local/share/privity")
PASSPHRASE = "PRIVITY_PASSPHRASE"  # noqa: S105 - the name of a variable, not its value
SHORTEST = 4
"""Letters of a shortened name: fewer would name the wrong thing too easily."""
REACH_S = 10.0
"""Without any connection by then, the hub is not reached; with one, catching up may take longer."""
LOOK_BACK = 10_000
"""Entries of a conversation among which a message is looked for by its id."""

EXPECTED = (ClientError, IdentityError, MessageError, MlsError, Refusal)

NEXT: Final[tuple[tuple[type[Exception], str], ...]] = (
    (NoStore, "make one with `privity register` or `privity link`, or name another folder with --device"),
    (StoreInUse, "a `privity read --follow` may be open on this device"),
    (HandleMoved, "nothing was done"),
    (DeviceNotKnown, "come back with `privity link` or `privity recover` and another --device folder"),
)
"""What a person can do next, where the error alone does not say it."""

T = TypeVar("T")


class NotNamed(ClientError):
    """What was named is not there, or not only once."""


def passphrase(*, twice: bool = False) -> str:
    """From the environment, or asked for at the terminal."""
    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = _typed(twice=twice)
    try:
        given.encode()
    except UnicodeEncodeError:
        sys.exit("privity: the passphrase is not UTF-8")
    return given


def _typed(*, twice: bool) -> str:
    if not sys.stdin.isatty():
        sys.exit(f"privity: no terminal to ask for the passphrase; set {PASSPHRASE}")
    try:
        typed = getpass.getpass("passphrase of this device: ")
        if not typed:
            sys.exit("privity: an empty passphrase protects nothing; nothing was done")
        if twice and getpass.getpass("the same again: ") != typed:
            sys.exit("privity: the two are not the same; nothing was done")
    except EOFError:
        sys.exit("privity: no passphrase was given; nothing was done")
    return typed


def typed_phrase() -> str:
    """Twelve words from the person's paper: asked for at the terminal, or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    try:
        return getpass.getpass("recovery phrase, twelve words (not shown): ")
    except EOFError:
        sys.exit("privity: no recovery phrase was given; nothing was done")


def with_device(
    folder: Path, work: Callable[[Device], Awaitable[T]], *, offline: bool = False, says: str = "waiting for the hub"
) -> T:
    """Open the device, catch up, do the work, close. Named errors end the command with one sentence.

    `offline` work goes on with what the device has where the hub is not reached. `says` is what a terminal shows where
    the work takes long; empty where the work speaks or asks itself.
    """
    folder = folder.expanduser()
    if not Store.exists(folder):
        _refuse(NoStore(f"{folder} holds no device"), str)
    secret = passphrase()  # before anything runs, so that Ctrl-C ends the question

    async def run() -> T:
        device = Device.open(folder, secret)
        heard, waited = device.host.follow(), Waited(says, note)
        async with device:
            telling = asyncio.ensure_future(_tell_all(device, heard, waited))
            try:
                await _caught_up(device, offline=offline)
                async with waiting(waited.text):
                    return await work(device)
            except EXPECTED as err:
                worded = str if isinstance(err, HandleMoved) else lambda text: with_names(device, text)
                _refuse(err, worded)
            finally:
                telling.cancel()
                while not heard.empty():
                    _tell(device, heard.get_nowait())

    return run_named(run())


def without_hub(folder: Path, work: Callable[[Device], Awaitable[T]]) -> T:
    """The same for work with what the device has: no hub is asked for, and none has to be there."""
    folder = folder.expanduser()
    if not Store.exists(folder):
        _refuse(NoStore(f"{folder} holds no device"), str)
    secret = passphrase()

    async def run() -> T:
        device = Device.open(folder, secret)
        try:
            return await work(device)
        finally:
            await device.close()

    return run_named(run())


async def _caught_up(device: Device, *, offline: bool) -> None:
    host = device.host

    def what() -> str:
        if host.connection is not None:
            return f"catching up with {host.base}"
        return f"connecting to {host.base}{'' if host.last_error is None else '; no answer yet'}"

    try:
        async with waiting(what):
            try:
                await device.caught_up(REACH_S)
            except HubUnreachable:
                if host.connection is None:
                    raise
                await device.caught_up()
    except HubUnreachable as err:
        if not offline:
            raise
        note(f"{err}; this is what the device has")


async def _tell_all(device: Device, heard: asyncio.Queue[Shown], waited: Waited) -> None:
    while True:
        what = await heard.get()
        if isinstance(what, Working):
            waited.heard(what)
        else:
            _tell(device, what)


def _tell(device: Device, what: Shown) -> None:
    """What is no entry of a conversation and concerns the person all the same, beside the output."""
    if isinstance(what, Notice):
        note(with_names(device, what.text))
    elif isinstance(what, HeardFromDesk):
        note(_from_desk(device, what))
    elif isinstance(what, RoomReportArrived):
        note(f"somebody reports something to you: privity room reports show {what.id[:8]}")
    elif isinstance(what, LogAlarm):
        note(f"ALARM: {with_names(device, what.text)}; see `privity keylog`")
    elif isinstance(what, ResetPending):
        note(_pending(device, what))
    elif isinstance(what, ClosingPending):
        note(_closing(device, what))
    elif isinstance(what, AccountClosed):
        note(
            f"ACCOUNT CLOSED: {called(device, what.user_uri)} ended their account. Nobody can ever write from it again"
        )
    elif isinstance(what, AccountReset):
        name = called(device, what.user_uri)
        note(
            f"the account of {name} was reset: whoever has it now did not have its old keys. Nothing is sent there"
            f" before you agree. Ask the person, then: privity verify {name} --accept-reset"
        )
    elif isinstance(what, DevicesChanged):
        parts = [f"new device {_id(uri)[:LETTERS]}…" for uri in what.added]
        parts += [f"device {_id(uri)[:LETTERS]}… taken off" for uri in what.removed]
        note(with_names(device, f"the account of {what.user_uri}: {', '.join(parts)}"))


def _pending(device: Device, what: ResetPending) -> str:
    until = local_time(what.until_ms)
    if what.user_uri == device.user_uri:
        return (
            f"somebody without your keys asks for your account, and gets it {until} unless you say no:"
            " privity devices cancel-reset"
        )
    return f"the account of {called(device, what.user_uri)} is to be reset {until}; its old devices can still say no"


def _from_desk(device: Device, what: HeardFromDesk) -> str:
    if what.legal:
        return "there is news about a legal request for data of your account; read it: privity standing show"
    if what.reference:
        return "something was decided about your account; read why: privity standing show"
    return f"the desk says of {what.receipt[:8]}: {with_names(device, what.text)}"


def _closing(device: Device, what: ClosingPending) -> str:
    until = local_time(what.until_ms)
    if what.user_uri == device.user_uri:
        return (
            f"a device of yours asked to close your account: it is deleted {until}. If that was not you:"
            " privity devices cancel-reset, or privity devices recover with the phrase"
        )
    return f"the account of {called(device, what.user_uri)} closes {until}; its devices can still say no"


def note(text: str) -> None:
    """A line beside the output."""
    print(harmless(f"privity: note: {text}"), file=sys.stderr, flush=True)


def run_named(work: Awaitable[T]) -> T:
    """Run to the end; a named error becomes one sentence and exit status 1."""

    async def awaited() -> T:
        return await work

    try:
        return asyncio.run(awaited())
    except EXPECTED as err:
        _refuse(err, str)
    except BrokenPipeError:
        raise
    except OSError as err:  # a folder without rights, a full disk
        sys.exit(f"privity: {type(err).__name__}: {err}")


def _refuse(err: Exception, worded: Callable[[str], str]) -> NoReturn:
    hint = next((f"; {hint}" for kind, hint in NEXT if isinstance(err, kind)), "")
    if isinstance(err, Refusal) and err.code is Code.RESTRICTED:
        hint = "; read why, and appeal: privity standing show"
    sys.exit(harmless(f"privity: {type(err).__name__}: {worded(str(err))}{hint}"))


async def room_of(device: Device, name: str, *, left: bool = False) -> str:
    """A room by its URI, the beginning of its ID, or @ and the handle of the other in a direct one. Raises NotNamed.

    `left` finds also those that this device is no longer in: what it has of them stays.
    """
    rooms: list[str] = [*device.rooms(), *(device.left_rooms() if left else {})]
    if name.startswith("@"):
        return await _direct_of(device, rooms, name)
    wanted = name.rsplit("/", 1)[-1]
    found = [uri for uri in rooms if uri == name or (len(wanted) >= SHORTEST and _id(uri).startswith(wanted.lower()))]
    if len(found) != 1:
        raise NotNamed(
            f"{len(found)} of {len(rooms)} conversations are named {name!r}; give at least {SHORTEST} letters of an ID"
            " that `privity room list` shows, or @HANDLE"
        )
    return found[0]


async def group_of(device: Device, name: str) -> str:
    """A room whose people can change. Raises CommandRefused, NotNamed."""
    uri = await room_of(device, name)
    if device.host.engine.room(uri).record.direct:
        raise CommandRefused(
            "this is the conversation of you two, and stays so; make a group with `privity room create HANDLE HANDLE`"
        )
    return uri


async def _direct_of(device: Device, rooms: list[str], name: str) -> str:
    """The direct room with the one person who has this handle on this device. Raises NotNamed."""
    await device.names.learn(other for other in map(device.direct_with, rooms) if other is not None)
    bearers = device.names.bearers(name.removeprefix("@").lower())
    found = [uri for uri in rooms if device.direct_with(uri) in bearers]
    if len(found) != 1 or len(bearers) != 1:
        raise NotNamed(
            f"{len(found)} direct conversations are with {name!r}; `privity room list` shows yours, and"
            " `privity room direct HANDLE` opens one"
        )
    return found[0]


async def user_of(device: Device, name: str) -> str:
    """A user by URI or handle. Raises BadUri, BadHandle, Refusal, HubUnreachable, HandleMoved."""
    if name.startswith("mimi://"):
        return parse_user_uri(name)
    try:
        return await device.find(name)
    except Refusal as refusal:
        if refusal.code is not Code.NOT_FOUND:
            raise
        raise NotNamed(
            f"nobody whom you may find has the handle {name!r}; ask for contact: `privity contacts ask {name}`"
        ) from None


async def other_of(device: Device, name: str) -> str:
    """A user who is not oneself. Raises CommandRefused and what `user_of` raises."""
    user_uri = await user_of(device, name)
    if user_uri == device.user_uri:
        raise CommandRefused(f"{name} is you; name another person")
    return user_uri


def message_of(device: Device, room: str, name: str) -> Item:
    """A message by the beginning of its id in hex. Raises NotNamed."""
    items = [item for item in device.read(room, LOOK_BACK) if item.kind is Kind.MESSAGE]
    found = [item for item in items if len(name) >= SHORTEST and short(item).startswith(name.lower())]
    if len(found) != 1:
        raise NotNamed(
            f"{len(found)} messages have an id that begins with {name!r}; give at least {SHORTEST} letters of one that"
            " `privity read` shows"
        )
    return found[0]


def shown_id(device: Device, room: str, name: str) -> bytes:
    """The id of what shows somebody's words: a message, a reaction, a name of the conversation. Raises NotNamed."""
    items = device.read(room, LOOK_BACK)
    ids = {item.message_id for item in items if item.message_id}
    ids |= {reaction.message_id for item in items for reaction in item.reactions}
    found = [each for each in ids if len(name) >= SHORTEST and letters_of(each).startswith(name.lower())]
    if len(found) != 1:
        raise NotNamed(
            f"{len(found)} messages, reactions or names have an id that begins with {name!r}; give at least {SHORTEST}"
            " letters of one that `privity read` or `privity read --json` shows"
        )
    return found[0]


def short(item: Item) -> str:
    """The id of an entry as people see it."""
    return letters_of(item.message_id)


def letters_of(message_id: bytes) -> str:
    """A message id in hex, without the algorithm byte that all have."""
    return message_id[1:].hex()


def _id(uri: str) -> str:
    return uri.rsplit("/", 1)[-1]
