# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity contacts ...`: who may begin a conversation with you, and asking others for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from cyclopts import App, Parameter

from privity.client.sdk import Device
from privity.faces.commands import strangers
from privity.faces.commands.codes import shown_until_used
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import DEFAULT, SHORTEST, Folder, NotNamed, Who, user_of, with_device
from privity.faces.commands.profile import profile_lines
from privity.faces.commands.reporting import Note
from privity.faces.commands.times import local_time
from privity.message.report import Reason

app = App(
    name="contacts",
    help="Decide who may begin a conversation with you, and ask others for it.\n\nExample: privity contacts list",
    help_format="plaintext",
)
app.command(strangers.card)
app.command(strangers.freeze)
app.command(strangers.unfreeze)
Report = Annotated[Reason | None, Parameter(help="Report it to the desk as well: what is wrong.", show_default=False)]
NOBODY_IS_TOLD = (
    "Asked. Whether anybody sees it is not told, here or to anybody: where somebody may be found, or asks for you as"
    " well, you become contacts."
)


@app.command(name="list")
def list_contacts(*, device: Folder = DEFAULT) -> None:
    """Show your contacts, who asks for you, whom you asked, and conversations you are invited to.

    Example: privity contacts list
    """

    async def work(opened: Device) -> list[str]:
        await opened.contacts.refresh()
        await opened.names.learn(person.user_uri for person in opened.contacts.people())
        return _lines(opened)

    for line in with_device(device, work):
        print(harmless(line))


def _lines(opened: Device) -> list[str]:
    contacts = opened.contacts
    lines = [
        f"{called(opened, person.user_uri)}, since {local_time(person.since_ms)}"
        if person.since_ms
        else called(opened, person.user_uri)
        for person in contacts.people()
    ]
    for wish in contacts.requests():
        lines.append(f"asks for you: {wish.handle}, {_common(wish.mutual)}; `privity contacts accept {wish.handle}`")
        lines += [f"  {line}" for line in profile_lines(wish.profile)]
    for invitation in contacts.invitations():
        name = invitation.room_uri.rsplit("/", 1)[-1][:8]
        lines.append(
            f"invites you to a group: {invitation.profile.handle}; {_known(invitation.people, invitation.contacts)};"
            f" `privity contacts join {name}`"
        )
    for held in contacts.held():
        name = held.room_uri.rsplit("/", 1)[-1][:8]
        by = called(opened, held.added_by) if held.added_by else "somebody"
        lines.append(
            f"added you to a conversation that you did not ask for: {by}; {_known(len(held.people), held.contacts)};"
            f" `privity contacts join {name}` or `privity contacts refuse {name}`"
        )
    lines += [f"you asked for {sent.target}, {local_time(sent.asked_ms)}" for sent in contacts.asked()]
    return lines or ["no contacts yet: `privity contacts ask HANDLE`, or `privity contacts code` face to face"]


def _known(people: int, contacts: Sequence[str]) -> str:
    return f"{people} in it, {len(contacts)} of them your contacts"


def _common(mutual: int) -> str:
    return "no common contacts" if mutual == 0 else f"{mutual} common {'contact' if mutual == 1 else 'contacts'}"


@app.command
def ask(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Ask a person for contact. They see your profile and nothing else. Nobody is told who has an account here.

    Example: privity contacts ask bob.c
    """
    connected = with_device(device, lambda opened: opened.contacts.ask(who))
    print(f"you and {who} are contacts now" if connected else NOBODY_IS_TOLD)


@app.command
def withdraw(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Take back that you asked for a person.

    Example: privity contacts withdraw bob.c
    """
    with_device(device, lambda opened: opened.contacts.withdraw(who))
    print(f"no longer asked for: {who}")


@app.command
def accept(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """Say yes to a person who asked for you: both of you may begin a conversation.

    Example: privity contacts accept bob.c
    """

    async def work(opened: Device) -> None:
        await opened.contacts.refresh()
        await opened.contacts.accept(_who_asks(opened, who))

    with_device(device, work)
    print(f"you and {who} are contacts now")


@app.command
def decline(who: Who, /, *, report: Report = None, note: Note = "", device: Folder = DEFAULT) -> None:
    """Say no to a person who asked for you. They are not told.

    Example: privity contacts decline mallory
    """

    async def work(opened: Device) -> None:
        await opened.contacts.refresh()
        asking = _who_asks(opened, who)
        if report is not None:
            await opened.safety.report_invitation(asking, report, note)
        await opened.contacts.decline(asking)

    with_device(device, work)
    print(f"declined: {who}")


@app.command
def end(who: Who, /, *, device: Folder = DEFAULT) -> None:
    """End a contact. Your conversation stays readable, and neither of you writes in it. They are not told.

    Example: privity contacts end bob.c
    """

    async def work(opened: Device) -> None:
        await opened.contacts.end(await user_of(opened, who))

    with_device(device, work)
    print(f"no longer a contact: {who}")


@app.command
def code(*, device: Folder = DEFAULT) -> None:
    """Show a code for somebody who stands before you. Whoever types it becomes your contact. Good once, ten minutes.

    Example: privity contacts code
    """

    for name in shown_until_used(
        device, lambda opened: opened.contacts.make_code(), lambda opened: opened.contacts.people()
    ):
        print(harmless(f"you and {name} are contacts now"))


@app.command
def use(
    code: Annotated[str, Parameter(help="Sixteen letters from the other's screen.")], /, *, device: Folder = DEFAULT
) -> None:
    """Type the code of somebody who stands before you: you become contacts.

    Example: privity contacts use abcd-efgh-ijkl-mnop
    """

    async def work(opened: Device) -> str:
        found = await opened.contacts.look_code(code)
        await opened.contacts.use_code(code)
        return found.handle

    print(
        harmless(f"{with_device(device, work)} has the code, and becomes your contact as soon as their device agrees")
    )


@app.command
def join(room: Annotated[str, Parameter(help="The beginning of its ID.")], /, *, device: Folder = DEFAULT) -> None:
    """Say yes to a conversation that you were invited or added to by somebody who is no contact.

    Example: privity contacts join k3x7
    """

    async def work(opened: Device) -> None:
        await opened.contacts.refresh()
        uri, held = _which(opened, room)
        if held:
            await opened.contacts.accept_held(uri)
        else:
            await opened.contacts.accept_invitation(uri)

    with_device(device, work)
    print("accepted; it stands in `privity room list` as soon as you are in it")


@app.command
def refuse(
    room: Annotated[str, Parameter(help="The beginning of its ID.")],
    /,
    *,
    report: Report = None,
    note: Note = "",
    device: Folder = DEFAULT,
) -> None:
    """Say no to such a conversation: you are not in it, and nothing of it was shown.

    Example: privity contacts refuse k3x7
    """

    async def work(opened: Device) -> None:
        await opened.contacts.refresh()
        uri, held = _which(opened, room)
        if held:
            await opened.contacts.leave_held(uri, report, note)
        else:
            await opened.contacts.decline_invitation(uri, report, note)

    with_device(device, work)
    print("refused")


def _who_asks(opened: Device, name: str) -> str:
    """The user URI of somebody who asks, by handle or URI. Raises NotNamed."""
    wanted = name.removeprefix("@").lower()
    found = [wish.user_uri for wish in opened.contacts.requests() if name == wish.user_uri or wanted == wish.handle]
    if len(found) != 1:
        raise NotNamed(f"{len(found)} people who ask for you are named {name!r}; `privity contacts list` shows them")
    return found[0]


def _which(opened: Device, name: str) -> tuple[str, bool]:
    """The room that is meant, and whether this account is in it already. Raises NotNamed."""
    rooms = {each.room_uri: False for each in opened.contacts.invitations()}
    rooms |= {each.room_uri: True for each in opened.contacts.held()}
    wanted = name.rsplit("/", 1)[-1].lower()
    found = [uri for uri in rooms if len(wanted) >= SHORTEST and uri.rsplit("/", 1)[-1].startswith(wanted)]
    if len(found) != 1:
        raise NotNamed(f"{len(found)} invitations are named {name!r}; `privity contacts list` shows them")
    return found[0], rooms[found[0]]
