# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/backup.json: `python -m tests.client.backup_vectors`. What is sealed is random each time."""

from __future__ import annotations

import io
import json
from pathlib import Path
from random import Random

from privity.client.backup import contents, keys
from privity.client.backup.format import Maker, Writer
from privity.client.backup.keys import BackupKey
from privity.client.engine.from_desk import Line, OwnAppeal, OwnReport
from privity.identity.device_list import SUITE, Device, DeviceList
from privity.identity.recovery import new_phrase, root_of
from privity.identity.uris import new_client_uri, new_user_uri
from privity.message.appeal import About
from privity.message.report import Reason, Subject
from privity.mls.crypto import generate_signature_key
from privity.wire.standing import Statement, StatementKind

PATH = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "backup.json"
MADE_MS = 1_800_000_000_000
ABOUT = (
    "Keys of backups from recovery phrases, backups with the records they hold or why they are refused, and records"
    " of the desk, read at the time `made_ms`; see spec/backup.md. Phrases and keys are test keys."
)


def made(public: bytes, maker: Maker, records: list[bytes]) -> bytes:
    out = io.BytesIO()
    writer = Writer(out, public, maker, MADE_MS)
    for record in records:
        writer.record(record)
    writer.close()
    return out.getvalue()


def of_desk(user_uri: str) -> list[tuple[contents.Record, str | None]]:
    """Records, and the error that one of them is refused with."""
    report = OwnReport(
        "r-1",
        MADE_MS,
        int(Subject.PERSON),
        user_uri,
        reason=int(Reason.SPAM),
        lines=(Line(MADE_MS, "they were warned"),),
    )
    appeal = OwnAppeal(int(About.DECISION), "d-1", MADE_MS, "a-1", "the teapot was mine")
    statement = Statement("d-1", StatementKind.DECIDED, MADE_MS, "warned", "spam", "forty teapots")
    return [
        (contents.Reported(report), None),
        (contents.Reported(OwnReport("r-2", MADE_MS)), None),
        (contents.Appealed(appeal), None),
        (contents.Decided(statement), None),
        (contents.Reported(OwnReport("", MADE_MS)), "BackupMalformed"),
        (contents.Reported(OwnReport("r-1", MADE_MS + 86_400_001)), "BackupMalformed"),
        (contents.Reported(OwnReport("r-1", MADE_MS, 0, "https://teapots.example")), "BackupMalformed"),
        (contents.Appealed(OwnAppeal(9, "d-1", MADE_MS, "a-1", "")), "BackupMalformed"),
        (contents.Decided(Statement("d" * 201, StatementKind.DECIDED, MADE_MS, "", "", "")), "BackupMalformed"),
    ]


def main() -> None:
    random = Random(20)
    user_uri = new_user_uri("hub.example", random.randbytes)
    phrases = [new_phrase(bytes), new_phrase(random.randbytes)]
    found = [BackupKey.of(root_of(phrase)) for phrase in phrases]
    account_private, _ = generate_signature_key(SUITE, random.randbytes)
    private, public = generate_signature_key(SUITE, random.randbytes)
    other, _ = generate_signature_key(SUITE, random.randbytes)
    device = Device(new_client_uri(user_uri, random.randbytes), public, MADE_MS)
    listed = DeviceList.sign(
        user_uri, (device,), account_private, recovery_private=root_of(phrases[0]).recovery_private()
    )
    maker = Maker(device.client_uri, private)
    records = [b"one", b"", b"three records in one piece"]
    good = made(found[0].public, maker, records)
    refused = [
        (good[:-1], "BackupDamaged"),
        (good + b"\x00", "BackupDamaged"),
        (good[: len(good) - 60], "BackupTruncated"),
        (b"Privity backup\n" + good[15:], "NotABackup"),
        (made(found[1].public, maker, records), "WrongBackupKey"),
        (made(found[0].public, Maker(device.client_uri, other), records), "BackupNotByDevice"),
    ]
    named = {"client_uri": device.client_uri, "made_ms": MADE_MS}
    vectors = {
        "about": ABOUT,
        "keys": [
            {
                "phrase": phrase,
                "seed": root_of(phrase).backup_seed().hex(),
                "public": key.public.hex(),
                "key_id": keys.key_id(key.public).hex(),
            }
            for phrase, key in zip(phrases, found, strict=True)
        ],
        "device_list": listed.encode().hex(),
        "backups": [
            {"file": good.hex(), **named, "records": [each.hex() for each in records], "refused": None},
            *({"file": data.hex(), "refused": why} for data, why in refused),
        ],
        "made_ms": MADE_MS,
        "of_desk": [{"record": contents.encode(record).hex(), "refused": why} for record, why in of_desk(user_uri)],
    }
    PATH.write_text(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    main()
