# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an officer's own machine makes of the file that the desk made, and what it does not take for one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from pyrage import x25519

from privity.desk.legal.commands import app
from privity.desk.legal.vault import opening
from privity.desk.legal.vault.custody import Holder
from privity.desk.legal.vault.errors import IdentityUnusable, ShareFileInvalid, SharesWrong
from tests.desk.legal.vault.cellar import FILES, PRESERVE, RELEASER, Cellar
from tests.desk.legal.vault.test_custody import OF_LOW_ORDER

SUBSCRIBER = "subscriber/0001.json"


@pytest.fixture
def case(cellar: Cellar) -> tuple[int, int]:
    """A request, and the hold that two officers keep and that it may read."""
    cellar.officers()
    hold = cellar.held(PRESERVE)
    request = cellar.scoped(classes=["subscriber", "content_profile"])
    cellar.released(hold, request)
    return request, hold.number


def run(capsys: pytest.CaptureFixture[str], file: Path, identity: Path) -> tuple[str, str]:
    app(["open-share", str(file), "--identity", str(identity)], result_action="return_value")
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_two_officers_with_the_command_each_on_their_own_machine(
    cellar: Cellar, case: tuple[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the desk is on it: a file from the page, and a file of age-keygen."""
    request, hold = case
    for holder, identity in zip((Holder.FIRST, Holder.SECOND), cellar.people, strict=True):
        file, key = tmp_path / f"hold-{hold}-{holder.value}.share", tmp_path / f"{holder.value}.key"
        acting = {"acting": RELEASER} if holder is Holder.SECOND else {}
        file.write_bytes(cellar.share_file(request, hold, holder, **acting))
        key.write_text(f"# created: 2026-11-26T12:00:00Z\n# public key: {identity.to_public()}\n{identity}\n")
        word, said = run(capsys, file, key)
        assert cellar.hold(hold).id.hex() in said and holder.words in said and "content profile, subscriber" in said
        assert str(identity) not in said + word
        cellar.hand_in(request, hold, holder, word, **acting)
    assert cellar.read(request, hold, SUBSCRIBER) == FILES[SUBSCRIBER]


def test_what_the_command_cannot_take_it_names_and_shows_nothing_of(
    cellar: Cellar, case: tuple[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request, hold = case
    file, key = tmp_path / "a.share", tmp_path / "a.key"
    file.write_bytes(cellar.share_file(request, hold, Holder.FIRST))
    secret = str(cellar.people[1])
    for text in (secret, secret[:-1], f"{secret}x", "", "# nothing", f"my key is {secret}", "\udcff"):
        key.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(SystemExit, match="IdentityUnusable") as refused:
            run(capsys, file, key)
        assert secret[20:40] not in str(refused.value)
    key.write_text(str(cellar.people[0]))
    file.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(SystemExit, match="ShareFileInvalid"):
        run(capsys, file, key)
    with pytest.raises(SystemExit, match="No such file"):
        run(capsys, tmp_path / "nothing", key)


def test_a_file_that_is_none_of_the_desk_is_refused(cellar: Cellar, case: tuple[int, int]) -> None:
    request, hold = case
    data = cellar.share_file(request, hold, Holder.FIRST)
    file = opening.decoded(data)
    change = msgspec.structs.replace
    for wrong in (
        b"",
        b"{}",
        b"\xff",
        data[:-1],
        data.replace(b'"format":1', b'"format":1,"more":1'),
        change(file, format=2).encode(),
        change(file, parts=[]).encode(),
        change(file, holder=Holder.DESK).encode(),
        change(file, to="age1teapot").encode(),
        change(file, to=OF_LOW_ORDER).encode(),
    ):
        with pytest.raises(ShareFileInvalid):
            opening.decoded(wrong)


def test_of_several_keys_the_one_that_opens_is_taken(cellar: Cellar, case: tuple[int, int]) -> None:
    request, hold = case
    file = opening.decoded(cellar.share_file(request, hold, Holder.FIRST))
    others = [x25519.Identity.generate() for _ in range(2)]
    text = "\n".join(map(str, [*others, cellar.people[0]]))
    assert opening.opened(file, opening.identities(text))
    with pytest.raises(IdentityUnusable):
        opening.opened(file, others)
    lying = msgspec.structs.replace(file, holder=Holder.SECOND)
    with pytest.raises(SharesWrong):
        opening.opened(lying, [cellar.people[0]])
