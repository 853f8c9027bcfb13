# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How questions, answers and events travel, and why something was not done."""

from __future__ import annotations

from privity.faces.app.port.asked import (
    AcceptReset,
    Agree,
    Begin,
    Begun,
    Comparison,
    ConversationList,
    Conversations,
    CreateGroup,
    Delete,
    Details,
    DisappearAfter,
    Done,
    EditText,
    Entries,
    FindPerson,
    ForgetEntry,
    Forward,
    FullText,
    History,
    Hits,
    Invite,
    Invited,
    Leave,
    LookAt,
    Page,
    PersonFound,
    React,
    Receipts,
    ReceiptsShown,
    Remove,
    Rename,
    RoomDetails,
    SafetyNumber,
    SaveDraft,
    Search,
    Seen,
    SendText,
    Sent,
    SetArchived,
    SetBlocked,
    SetChecked,
    SetMuted,
    SetReceipts,
    TakeBack,
    Text,
    Versions,
)
from privity.faces.app.port.contacts import (
    AcceptContact,
    AgeSet,
    AnswerHeld,
    AnswerInvitation,
    AskContact,
    CodeMade,
    CodeOf,
    ContactAsked,
    Contacts,
    ContactsShown,
    DeclineContact,
    EndContact,
    EndGuardianship,
    LookCode,
    MakeCode,
    OwnProfile,
    OwnProfileShown,
    ProfileOf,
    ProfileShown,
    PutProfile,
    SetAge,
    SetFrozen,
    SetWardAge,
    StopWork,
    TakeBackAsk,
    UseCode,
    Vouch,
)
from privity.faces.app.port.continuing import BeginAgain, BegunAgain
from privity.faces.app.port.devices import (
    AnswerOffer,
    CancelReset,
    DeviceList,
    DeviceOffered,
    Devices,
    Kept,
    KeptRows,
    KeptTables,
    KeyLog,
    KeyLogShown,
    OfferDevice,
    RemoveDevice,
)
from privity.faces.app.port.disclosing import Disclose, DisclosureShown, LookAtDisclosure
from privity.faces.app.port.errands import (
    BackupKey,
    BackupKeyShown,
    BringBack,
    Brought,
    ErrandChanged,
    ErrandIs,
    Export,
    GiveHistory,
    Import,
    LookAtErrand,
    MakeBackup,
    StopErrand,
    TakeHistory,
)
from privity.faces.app.port.happened import (
    AccountChanged,
    AccountGone,
    ChoicesChanged,
    ContactsChanged,
    ConversationChanged,
    ConversationGone,
    EntryChanged,
    EntryGone,
    LinkCheck,
    LinkEnded,
    Progress,
    SafetyChanged,
    Told,
    WaitingChanged,
)
from privity.faces.app.port.imported import (
    ImportedConversations,
    ImportedEntries,
    ImportedList,
    ReadImported,
    RemoveImported,
)
from privity.faces.app.port.leaving import CloseAccount, Closing, ClosingShown
from privity.faces.app.port.offices import (
    AnswerKnock,
    Ban,
    GiveRole,
    JoinByLink,
    Knocking,
    KnockingShown,
    LinkMade,
    LinkSeen,
    LookAtLink,
    MakeLink,
    RevokeLink,
    TakeKnockBack,
    Unban,
)
from privity.faces.app.port.opening import (
    Accounts,
    AnswerLink,
    BeginLink,
    Create,
    Created,
    ForgetLink,
    LinkCode,
    LockNow,
    Overview,
    Restore,
    Unlock,
)
from privity.faces.app.port.room_reports import (
    ModeratorsShown,
    PassedOn,
    PassOnRoomReport,
    ReportToRoom,
    RoomModerators,
    RoomReports,
    RoomReportsChanged,
    RoomReportsShown,
    SettleRoomReport,
    TakeToDesk,
)
from privity.faces.app.port.safety import (
    Appeal,
    Appealed,
    HeedStranger,
    Report,
    Reported,
    Reports,
    ReportsShown,
    Standing,
    StandingShown,
)
from privity.faces.app.port.shape import Shape, verb
from privity.faces.app.port.strangers import (
    Acquaintance,
    HoldsShown,
    HoldsWhere,
    HowKnown,
    Protection,
    ProtectionShown,
    PutWarningAway,
    SetProtection,
    Warnings,
    WarningsShown,
)
from privity.faces.app.port.writing import DrawQr, QrCode, SayTyping, TypingShown


class Problem(Shape, frozen=True, kw_only=True):
    """Why something was not done: the name of the error, and a sentence that says what is safe and what to do."""

    name: str
    text: str


class Asked(Shape, frozen=True, kw_only=True):
    """From the page. Numbers are given by the page, each once in a connection."""

    number: int
    request: (
        Overview | Unlock | LockNow | Create | Restore | BeginLink | AnswerLink
        | Conversations | Page | FullText | History | Details
        | SendText | EditText | Delete | React | TakeBack | Forward | ForgetEntry
        | Report | Reports | Standing | Appeal | HeedStranger
        | RoomModerators | ReportToRoom | TakeToDesk | RoomReports | SettleRoomReport | PassOnRoomReport
        | Seen | SaveDraft | SetMuted | SetArchived | Search
        | FindPerson | LookAt | Begin | CreateGroup | Rename | Invite | Remove | Leave | Agree
        | DisappearAfter | Receipts | SetReceipts | SayTyping | DrawQr
        | BeginAgain | GiveRole | Ban | Unban | MakeLink | RevokeLink | AnswerKnock
        | LookAtLink | JoinByLink | Knocking | TakeKnockBack
        | SetBlocked | SafetyNumber | SetChecked | AcceptReset
        | Devices | OfferDevice | AnswerOffer | RemoveDevice | CancelReset | KeyLog
        | Kept | KeptRows | Closing | CloseAccount | ForgetLink
        | LookAtErrand | StopErrand | BackupKey | MakeBackup | BringBack | Export | Import | GiveHistory | TakeHistory
        | ImportedConversations | ReadImported | RemoveImported | LookAtDisclosure | Disclose
        | Contacts | AskContact | StopWork | TakeBackAsk | AcceptContact | DeclineContact | EndContact | SetFrozen
        | MakeCode | LookCode | UseCode | AnswerInvitation | AnswerHeld
        | Warnings | PutWarningAway | Protection | SetProtection | HowKnown | HoldsWhere
        | OwnProfile | PutProfile | ProfileOf | SetAge | Vouch | EndGuardianship | SetWardAge
    )  # fmt: skip


class Answered(Shape, frozen=True, kw_only=True, tag_field="kind", tag=verb):
    number: int
    result: (
        Done | Accounts | Created | LinkCode | ConversationList | Entries | Text | Versions | RoomDetails
        | Sent | Reported | ReportsShown | StandingShown | Appealed | ModeratorsShown | RoomReportsShown | PassedOn
        | Hits | PersonFound | Begun | BegunAgain | Comparison | DeviceList | DeviceOffered | KeyLogShown
        | KeptTables | LinkMade | LinkSeen | KnockingShown | ReceiptsShown | QrCode | ClosingShown
        | ErrandIs | BackupKeyShown | Brought | ImportedList | ImportedEntries | DisclosureShown
        | WarningsShown | ProtectionShown | Acquaintance | HoldsShown
        | Invited | ContactsShown | ContactAsked | CodeMade | CodeOf | OwnProfileShown | ProfileShown | AgeSet
    )  # fmt: skip


class Failed(Shape, frozen=True, kw_only=True, tag_field="kind", tag=verb):
    number: int
    problem: Problem


class Happened(Shape, frozen=True, kw_only=True, tag_field="kind", tag=verb):
    event: (
        AccountChanged | AccountGone | ConversationChanged | ConversationGone | EntryChanged | EntryGone
        | WaitingChanged | LinkCheck | LinkEnded | Progress | Told | TypingShown | ErrandChanged | ContactsChanged
        | ChoicesChanged | SafetyChanged | RoomReportsChanged
    )  # fmt: skip


ToPage = Answered | Failed | Happened
