# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Guardians and wards: who asks for contact with a minor, and a guardian's yes or no. Nobody's words are in it."""

from __future__ import annotations

from privity.client.contacts import new_code, spend_code
from privity.client.engine import contact_inputs
from privity.client.engine.calls import Call, end_ward
from privity.client.host import Host
from privity.identity.uris import id_of, parse_user_uri
from privity.wire import rest
from privity.wire.age import AgeBand
from privity.wire.contacts import Guardian, Purpose, SetWardAge, Ward

__all__ = ["Guardian", "Guarding", "Ward"]


class Guarding:
    """The wards and the guardians of one device's account."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def wards(self) -> list[Ward]:
        """Whom this account watches over, and who asks for them, as the hub told last; every entry is proven."""
        return list(self._host.engine.device.contacts.waiting.wards)

    def guardians(self) -> list[Guardian]:
        """Who watches over this account, by its own word."""
        return list(self._host.engine.device.contacts.waiting.guardians)

    async def make_code(self) -> str:
        """A one-time code; whoever uses it takes this account as guardian. Raises Refusal."""
        return await new_code(self._host, Purpose.GUARDIAN)

    async def use_code(self, text: str) -> str:
        """Take the maker of a code as guardian; their user URI. The account counts as a minor's from then on.

        Raises BadCode, CommandRefused, Refusal.
        """
        return await spend_code(self._host, text, Purpose.GUARDIAN)

    async def vouch(self, ward_uri: str, asker_uri: str) -> None:
        """Agree that the ward has contact with somebody who asked, if the ward wants it.

        Raises CommandRefused, Refusal.
        """
        await self._host.do(lambda n: contact_inputs.Vouch(n, ward_uri, asker_uri))

    async def refuse(self, ward_uri: str, asker_uri: str) -> None:
        """Say no. Neither of the two is told."""
        await self._tell(Call("DELETE", f"{_ward(ward_uri)}/asks/{id_of(parse_user_uri(asker_uri))}", rest.Done))

    async def end(self, ward_uri: str) -> None:
        """Watch over the ward no longer."""
        await self._tell(end_ward(parse_user_uri(ward_uri)))

    async def set_age(self, ward_uri: str, band: AgeBand, adult_from_ms: int | None = None) -> None:
        """Say whether the ward is an adult, or from when on; then this ends by itself. Raises Refusal."""
        await self._tell(Call("PUT", f"{_ward(ward_uri)}/age", rest.Done, SetWardAge(band, adult_from_ms)))

    async def _tell(self, call: Call) -> None:
        await self._host.ask(call, rest.Done)
        await self._host.do(contact_inputs.RefreshContacts)


def _ward(ward_uri: str) -> str:
    return f"/v1/wards/{id_of(parse_user_uri(ward_uri))}"
