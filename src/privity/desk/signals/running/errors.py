# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can be wrong where several processes count on one PostgreSQL database.

DeskError
+-- SignalsStoreError
    +-- DriverMissing       PostgreSQL's driver is not installed
    +-- StoreUnreachable    no connection, or it was lost
    +-- StoreUnfit          another PostgreSQL than is needed, or one that is not set so that it keeps what it took
    +-- StoreShared         the hub's own tables are there: the two never share a database
    +-- StoreKeyWrong       what is there was sealed under another key
    +-- PartitionsUnlike    it is divided into another number of partitions
    +-- DeskUnlike          the desk is of another version, and its rules read other features
    +-- PartitionLost       somebody else owns the partition now
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class SignalsStoreError(DeskError):
    """Root of this room's errors. No message says anything of an address, which may hold a password."""


class DriverMissing(SignalsStoreError):
    """`signals.store` is set, and psycopg is not installed."""


class StoreUnreachable(SignalsStoreError):
    """No connection. Nothing is lost: the desk keeps a week of observations, the database everything counted."""


class StoreUnfit(SignalsStoreError):
    """PostgreSQL is too old, has another encoding than UTF8, or may lose what it acknowledged."""


class StoreShared(SignalsStoreError):
    """The database is the hub's."""


class StoreKeyWrong(SignalsStoreError):
    """signals.key is not the one under which this database was begun."""


class PartitionsUnlike(SignalsStoreError):
    """The database is spread over another number of partitions than was expected."""


class DeskUnlike(SignalsStoreError):
    """This process and the desk are of different versions; start it anew when both are of the same."""


class PartitionLost(SignalsStoreError):
    """Somebody else owns the partition now: this owner was silent for too long, and stops."""
