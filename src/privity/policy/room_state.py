# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a group context says about its room, and the context extensions that a new room starts with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest

from privity.mls.errors import PolicyRefused
from privity.mls.messages.app_data import APP_COMPONENTS, SAFE_AAD, AppDataDictionary, ComponentData
from privity.mls.messages.codepoints import (
    APP_DATA_DICTIONARY,
    APP_DATA_UPDATE,
    BASIC,
    EXTERNAL_SENDERS,
    REQUIRED_CAPABILITIES,
)
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import (
    Extensions,
    ExternalSender,
    RequiredCapabilities,
    external_senders,
    external_senders_extension,
    required_capabilities,
)
from privity.mls.messages.group_context import GroupContext
from privity.policy.logging_policy import LOGGING_POLICY, LoggingPolicy
from privity.policy.roles import CAPABILITIES, Capability, Role, known_role, may, role_of, roles_that_count
from privity.policy.room_components import (
    BASE_ROOM_POLICY,
    FRANK_AAD,
    FRANKING_AGENT,
    PARTICIPANT_LIST,
    ROOM_COMPONENTS,
    BaseRoomPolicy,
    ComponentsList,
    FrankingAgent,
    Participant,
    ParticipantList,
    participants_of,
)

REQUIRED = RequiredCapabilities((APP_DATA_DICTIONARY,), (APP_DATA_UPDATE,), (BASIC,))
"""What every member of every room supports."""

CONTEXT_EXTENSIONS = frozenset({REQUIRED_CAPABILITIES, EXTERNAL_SENDERS, APP_DATA_DICTIONARY})
"""The extensions that a room's context has: these, and no others."""


@dataclass(frozen=True, slots=True)
class RoomState:
    """The room of one epoch, read from its group context."""

    room_uri: str
    direct: bool
    participants: ParticipantList
    franking_key: bytes
    hub_key: bytes
    logging: LoggingPolicy

    @classmethod
    def of(cls, context: GroupContext) -> RoomState:
        """Read and check a context, or raise: a room has exactly the required extensions and components."""
        kinds = {extension.type for extension in context.extensions}
        if kinds != CONTEXT_EXTENSIONS:
            raise PolicyRefused(f"a room has the extensions {sorted(CONTEXT_EXTENSIONS)}, this one {sorted(kinds)}")
        if required_capabilities(context.extensions) != REQUIRED:
            raise PolicyRefused("the required capabilities are not those of a room")
        senders = external_senders(context.extensions)
        if len(senders) != 1:
            raise PolicyRefused(f"a room has the hub as its one external sender, this one {len(senders)}")
        dictionary = AppDataDictionary.of(context.extensions)
        parts = {item.component_id: item.data for item in dictionary.items}
        if tuple(parts) != ROOM_COMPONENTS:
            raise PolicyRefused(f"a room has the components {ROOM_COMPONENTS}, this one {tuple(parts)}")
        if ComponentsList.decode(parts[APP_COMPONENTS]).ids != (FRANK_AAD, *ROOM_COMPONENTS[2:]):
            raise PolicyRefused("app_components does not list the components of a room")
        if ComponentsList.decode(parts[SAFE_AAD]).ids != (FRANK_AAD,):
            raise PolicyRefused("safe_aad does not list frank_aad alone")
        policy = BaseRoomPolicy.decode(parts[BASE_ROOM_POLICY])
        if policy != BaseRoomPolicy(policy.fixed_membership):
            raise PolicyRefused("the base room policy asks for something that is not offered here")
        participants = participants_of(parts[PARTICIPANT_LIST])
        for entry in participants.participants:
            known_role(entry.role)
        if policy.fixed_membership:
            check_direct(participants)
        logging = LoggingPolicy.decode(parts[LOGGING_POLICY])
        _check_archives(participants, logging, direct=policy.fixed_membership)
        return cls(
            _text(context.group_id),
            policy.fixed_membership,
            participants,
            FrankingAgent.decode(parts[FRANKING_AGENT]).signature_key,
            senders[0].signature_key,
            logging,
        )

    def role(self, user_uri: str) -> Role:
        """The role that counts: in a group also for who stands in; in a direct room both are members."""
        return known_role(self.participants.role(user_uri)) if self.direct else role_of(self.participants, user_uri)

    def roles(self) -> dict[str, Role]:
        """The same for everybody in the list."""
        if self.direct:
            return {user_uri: known_role(number) for user_uri, number in self.participants.roles().items()}
        return roles_that_count(self.participants)

    def may(self, user_uri: str, capability: Capability) -> bool:
        """Whether the user may do this to others here. In a direct room nobody may do anything to the other."""
        return not self.direct and may(self.participants, user_uri, capability)

    def who_may(self, capability: Capability) -> frozenset[str]:
        """Everybody in the list who may do this to others here."""
        allowed = {role for role, capabilities in CAPABILITIES.items() if capability in capabilities}
        return frozenset() if self.direct else frozenset(who for who, role in self.roles().items() if role in allowed)

    def check_keys(self, *, hub_key: bytes, franking_key: bytes) -> None:
        """Raise PolicyRefused unless the room names these keys of the hub."""
        if not compare_digest(self.hub_key, hub_key):
            raise PolicyRefused("the room's external sender is not this hub")
        if not compare_digest(self.franking_key, franking_key):
            raise PolicyRefused("the room's franking agent is not this hub")


def check_direct(participants: ParticipantList) -> None:
    """Raise PolicyRefused unless these are two members and nothing else."""
    roles = [entry.role for entry in participants.participants]
    if roles != [Role.MEMBER, Role.MEMBER]:
        raise PolicyRefused(f"a direct room has two participants with role {Role.MEMBER}, this one has roles {roles}")


def _check_archives(participants: ParticipantList, logging: LoggingPolicy, *, direct: bool) -> None:
    """Raise PolicyRefused if somebody reads as an archive who is not declared, or a direct room declares anybody.

    One that is declared and has gone stays declared until an admin withdraws it.
    """
    if direct and logging.archives:
        raise PolicyRefused("a direct room has no archive; an organisation that keeps a copy uses a group")
    for entry in participants.participants:
        if entry.role == Role.ARCHIVE and entry.user_uri not in logging.archives:
            raise PolicyRefused("an archive is in the room that its logging policy does not declare")


def check_new_room(room: RoomState, creator_uri: str) -> None:
    """Raise PolicyRefused unless the room may start like this: the creator alone as admin, or two people directly."""
    if room.logging.archives:
        raise PolicyRefused("a room starts without an archive; an admin declares it, and its people see that")
    if room.direct:
        if room.participants.role(creator_uri) != Role.MEMBER:
            raise PolicyRefused("the creator is not one of the two of a direct room")
    elif room.participants.participants != (Participant(creator_uri, Role.ADMIN),):
        raise PolicyRefused("a group starts with its creator alone, as admin")


def room_extensions(
    *, hub_uri: str, hub_key: bytes, franking_key: bytes, creator: str, direct_with: str | None = None
) -> Extensions:
    """The group context extensions of a new room: a group with its creator as admin, or a direct room of two."""
    if direct_with is None:
        participants = ParticipantList((Participant(creator, Role.ADMIN),))
    else:
        participants = direct_participants(creator, direct_with)
    hub = Credential.basic(hub_uri.encode())
    values = {
        APP_COMPONENTS: ComponentsList((FRANK_AAD, *ROOM_COMPONENTS[2:])).encode(),
        SAFE_AAD: ComponentsList((FRANK_AAD,)).encode(),
        FRANKING_AGENT: FrankingAgent(franking_key, hub).encode(),
        PARTICIPANT_LIST: participants.encode(),
        BASE_ROOM_POLICY: BaseRoomPolicy(direct_with is not None).encode(),
        LOGGING_POLICY: LoggingPolicy().encode(),
    }
    items: Iterable[ComponentData] = (ComponentData(number, value) for number, value in sorted(values.items()))
    return (
        REQUIRED.extension(),
        external_senders_extension([ExternalSender(hub_key, hub)]),
        AppDataDictionary(tuple(items)).extension(),
    )


def direct_participants(one: str, other: str) -> ParticipantList:
    """The list of a direct room: both, in the order of their URIs."""
    if one == other:
        raise PolicyRefused("a direct room needs two different people")
    return ParticipantList(tuple(Participant(user, Role.MEMBER) for user in sorted((one, other))))


def _text(group_id: bytes) -> str:
    try:
        return group_id.decode()
    except UnicodeDecodeError:
        raise PolicyRefused("the group id is not a room URI in UTF-8") from None
