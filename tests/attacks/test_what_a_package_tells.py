# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What packages tell whoever lays them beside each other: no number of a request, a package or a person, and no name.

Everything of them is decoded as far as it decodes. The numbers of this desk are such as stand nowhere by chance.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pyrage
import pytest

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.database import open_database
from privity.desk.legal.releasing import letter, log_entry, looked, looking
from privity.desk.legal.releasing.errors import NotLogged
from privity.desk.legal.requests import service as requests
from privity.production import archive, writing
from tests.desk.fresh_keys import fresh_keys
from tests.desk.legal.releasing.conftest import here_and_now
from tests.desk.legal.releasing.floor import Floor
from tests.production.scene import APPROVED, Scene

REQUESTS, PRODUCTIONS, STAFF = 7_077_000, 8_088_000, 9_099_000
"""Where the numbers of this desk begin."""
OURS = re.compile(r"(?:7077|8088|9099)\d{3}")
PEOPLE = re.compile(r"staff:|legal:|command:|case:|Ada Example")
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Floor, Files, Files]]:
    """Two packages of two requests, as the agency has them after it opened them."""
    folder = tmp_path_factory.mktemp("two")
    keys = fresh_keys(folder)
    db = open_database(folder / "desk" / "desk.db", keys)
    db.executemany(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
        [("legal_request", REQUESTS), ("production", PRODUCTIONS), ("staff_member", STAFF)],
    )
    floor = Floor(db, keys, folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(writing, "verify", here_and_now)
        made = [floor.ready(), floor.ready()]
        fetched = [pyrage.decrypt(floor.fetch(each).data, [floor.team().identity]) for each in made]
    assert all(OURS.fullmatch(str(number)) for each in made for number in (each.number, each.request))
    assert OURS.fullmatch(str(floor.releaser.number))
    one, other = (archive.unpack(each) for each in fetched)
    yield floor, one, other
    db.close()


def everything(data: bytes) -> Iterator[str]:
    """All the text of a file, with what stands inside it in JSON or base64."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    yield text
    try:
        found = json.loads(text)
    except ValueError:
        return
    yield from inside(found)


def inside(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from inside(each)
    elif isinstance(value, list):
        for each in value:
            yield from inside(each)
    elif isinstance(value, str):
        with contextlib.suppress(binascii.Error, ValueError):
            yield from everything(base64.b64decode(value, validate=True))
        if value.startswith("{"):
            yield from everything(value.encode())
    else:
        yield str(value)


def statement(files: Files) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(json.loads(files["attest/production.dsse.json"])["payload"]))
    return found


def test_no_number_of_this_desk_and_nobodys_name_is_in_a_package(two: tuple[Floor, Files, Files]) -> None:
    _, *packages = two
    for files in packages:
        read = 0
        for path, data in files.items():
            for text in everything(data):
                read += 1
                assert not OURS.search(text), (path, OURS.search(text))
                assert not PEOPLE.search(text), (path, PEOPLE.search(text))
        assert read > 200


def test_this_test_would_find_them(two: tuple[Floor, Files, Files]) -> None:
    """What an entry of the log said of a release, in a statement as a package has it."""
    told = Entry(3, 1, f"staff:{STAFF + 2}", Act.PRODUCTION_RELEASED, f"legal:{REQUESTS + 1}", {}).encode().decode()
    payload = base64.b64encode(json.dumps({"audit": {"entry": told}}).encode()).decode()
    found = list(everything(json.dumps({"payload": payload}).encode()))
    assert any(OURS.search(text) for text in found) and any(PEOPLE.search(text) for text in found)


def test_the_entry_of_the_log_says_that_this_was_released_and_no_more(two: tuple[Floor, Files, Files]) -> None:
    floor, *packages = two
    for files in packages:
        predicate = statement(files)["predicate"]
        entry = json.loads(predicate["audit"]["entry"])
        assert set(entry) == {"n", "at_ms", "who", "act", "about", "said"}
        assert (entry["who"], entry["act"], entry["about"]) == ("desk", "production.released", predicate["case"])
        assert set(entry["said"]) == {"manifest_sha256"}
    by = floor.acts(Act.PRODUCTION_RELEASED_BY)
    shown = floor.acts(Act.PRODUCTION_RELEASED)
    assert [each.who for each in by] == [floor.releaser.who] * 2, "the log itself does say who"
    assert [each.said["entry"] for each in by] == [each.n for each in shown]
    assert [each.said["manifest_sha256"] for each in by] == [each.said["manifest_sha256"] for each in shown]
    numbers = [each.about for each in by]
    assert [requests.of(floor.db, int(each.removeprefix("legal:"))).pseudonym for each in numbers] == [
        each.about for each in shown
    ]


def test_people_have_names_that_tell_no_number_and_serve_one_person_each(two: tuple[Floor, Files, Files]) -> None:
    _, *packages = two
    named = []
    for files in packages:
        keys = [key for key in json.loads(files["attest/keys.json"])["keys"] if key["use"] == "passkey"]
        assert all(re.fullmatch(r"approver:[a-z2-7]{16}", key["person"]) for key in keys)
        assert keys == sorted(keys, key=lambda key: key["person"]), "not in the order in which they came"
        used = {each["credential_id"] for each in json.loads(files["attest/approvals.json"])["approvals"]}
        named.append({key["person"] for key in keys if key["id"] in used})
    assert len(named[0]) == 2 and named[0] == named[1]


def test_a_person_with_two_passkeys_counts_once(two: tuple[Floor, Files, Files]) -> None:
    floor, _, _ = two
    floor.another_passkey(floor.senior)
    made = floor.review(floor.collected())
    keys = json.loads(looked.read(floor.db, floor.office, looking.of(floor.db, made.number)).keys)["keys"]
    people = [key["person"] for key in keys if key["use"] == "passkey"]
    assert len(people) == len(set(people)) + 1


def test_the_letter_tells_no_more_than_the_statement(two: tuple[Floor, Files, Files]) -> None:
    floor, _, _ = two
    for each in floor.acts(Act.PRODUCTION_RELEASED_BY):
        found = looking.of(floor.db, int(str(each.said["production"])))
        was = looked.read(floor.db, floor.office, found)
        text = letter.as_text(was.facts, was.words, APPROVED, floor.office.published, "ab" * 32)
        assert not OURS.search(text) and not PEOPLE.search(text)


@pytest.mark.parametrize(
    "told",
    [
        {"who": "staff:2"},
        {"about": "legal:7"},
        {"about": "LP-2026-0001-"},
        {"said": {"production": 3}},
        {"said": {"kind": "production"}},
    ],
    ids=["who", "request", "another", "production", "kind"],
)
def test_a_package_is_not_made_over_an_entry_that_tells_more(told: dict[str, Any]) -> None:
    """Whatever writes the log one day: what goes into a package is looked at once more."""
    scene = Scene()
    prepared = scene.prepared()
    digest = prepared.manifest.digest().hex()
    fields: dict[str, Any] = {"who": "desk", "about": prepared.facts.case, "said": {}} | told
    fields["said"] = {"manifest_sha256": digest, **fields["said"]}
    good = log_entry.stated(prepared.manifest, scene.released(prepared))
    assert good["index"] == 6
    with pytest.raises(NotLogged, match="more than those who asked may see"):
        log_entry.stated(prepared.manifest, scene.released(prepared, **fields))
