# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with the index, its files and what it is fed.

    IndexFault
    +-- HashInvalid         not 32 bytes
    +-- RadiusInvalid       a distance at which nothing is promised
    +-- FilesUnusable       the files are not a whole index; they are made anew from the changes
    |   +-- ManifestMissing     there is none yet
    |   +-- ManifestDamaged     it is not what was written
    |   +-- ManifestUnknown     another version of this program wrote it
    |   +-- SegmentMissing      a file that it names is not there
    |   +-- SegmentTorn         a file is shorter or longer than it says
    |   +-- GenerationWrong     a file is of another generation
    |   +-- SegmentDamaged      a file's checksum is another
    |   +-- ChangesDiffer       the changes are not those that the files were made of
    +-- ChangesWrong        whoever hands over the changes broke its word
    |   +-- OutOfOrder          a change that is not newer than the one before
    |   +-- EntryInvalid        an entry that is no number of 63 bits
    |   +-- AddedTwice          an entry that is there already
    |   +-- RemovedUnknown      an entry that is not there
    +-- NotWritten          no files could be written; what was there is still there

No message holds a hash: what is on a list is a secret.
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class IndexFault(DeskError):
    """Root of this package's errors."""


class HashInvalid(IndexFault):
    """Something else than 32 bytes."""


class RadiusInvalid(IndexFault):
    """Less than 0 or more than what the bands are made for."""


class FilesUnusable(IndexFault):
    """The files of the index are not there, or not whole. Nothing is lost: the changes are the truth."""


class ManifestMissing(FilesUnusable):
    """No index was written yet."""


class ManifestDamaged(FilesUnusable):
    """The manifest's own checksum is another, or it is no manifest at all."""


class ManifestUnknown(FilesUnusable):
    """The manifest is of a format that this version does not read."""


class SegmentMissing(FilesUnusable):
    """A file that the manifest names is not there."""


class SegmentTorn(FilesUnusable):
    """A file has another length than the manifest says, or does not begin as one of ours does."""


class GenerationWrong(FilesUnusable):
    """A file is whole but of another generation than the manifest."""


class SegmentDamaged(FilesUnusable):
    """A file's checksum is not the manifest's."""


class ChangesDiffer(FilesUnusable):
    """The last change that the files hold is not among the changes: these are of another past."""


class ChangesWrong(IndexFault):
    """A change that cannot be; what came before it stays as it is."""


class OutOfOrder(ChangesWrong):
    """A sequence number that is not greater than the one before."""


class EntryInvalid(ChangesWrong):
    """An entry below 0 or above 2^63 - 1."""


class AddedTwice(ChangesWrong):
    """An entry was added that is there already."""


class RemovedUnknown(ChangesWrong):
    """An entry was removed that is not there, or not with this hash."""


class NotWritten(IndexFault):
    """No new files could be written. The old ones serve on."""
