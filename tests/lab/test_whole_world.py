# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The same seed gives the same bytes, and the file and its truth belong together."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from privity.identity.uris import parse_user_uri
from privity.lab.commands import world
from privity.lab.parameters import shipped
from privity.lab.truth import AccountTruth, ActTruth, Benign, Harm, ViewTruth
from privity.lab.whole_world import World
from privity.wire.observed import Observed, ObservedKind

TRUTH = msgspec.json.Decoder(AccountTruth | ActTruth | ViewTruth)
OBSERVED = msgspec.json.Decoder(Observed)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lab") / "world.jsonl"
    world(out=out, accounts=1_000, days=2, seed=5)
    return out


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(written: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.jsonl", tmp_path / "other.jsonl"
    world(out=again, accounts=1_000, days=2, seed=5)
    world(out=other, accounts=1_000, days=1, seed=6)
    assert again.read_bytes() == written.read_bytes()
    assert Path(f"{again}.truth").read_bytes() == Path(f"{written}.truth").read_bytes()
    assert other.read_bytes() != written.read_bytes()


def test_observations_are_numbered_in_the_order_of_time(written: Path) -> None:
    seen = OBSERVED.decode_lines(written.read_bytes())
    assert [one.number for one in seen] == list(range(1, len(seen) + 1))
    assert all(before.at_ms <= after.at_ms for before, after in pairwise(seen))
    assert {one.kind for one in seen} == set(ObservedKind) - {ObservedKind.CLOSED}
    for one in seen[:200]:
        parse_user_uri(one.account)


def test_each_act_of_the_truth_is_by_an_account_of_its_case(written: Path) -> None:
    seen = OBSERVED.decode_lines(written.read_bytes())
    truth = TRUTH.decode_lines(Path(f"{written}.truth").read_bytes())
    abusers = {one.account: one for one in truth if isinstance(one, AccountTruth) and one.case >= 0}
    acts = [one for one in truth if isinstance(one, ActTruth)]
    assert len(acts) > 100
    for act in acts:
        who = abusers[seen[act.number - 1].account]
        assert (who.part, who.case) == (act.harm, act.case)
    others = {one.number for one in acts}
    assert not any(one.account in abusers for one in seen if one.number not in others)


def test_each_harm_and_each_benign_group_leaves_its_truth() -> None:
    made = World(2, 1_000, 4, shipped())
    for _ in made.observed():
        pass
    acts = {one.harm for one in made.truth if isinstance(one, ActTruth)}
    accounts = {one.part for one in made.truth if isinstance(one, AccountTruth)}
    views = {one.harm for one in made.truth if isinstance(one, ViewTruth)}
    assert acts == set(Harm)
    assert set(Benign) - {Benign.BREAKING, Benign.LAUNCH} <= accounts
    # A farm alone harms nobody yet: it is made to be sold.
    assert set(Harm) - {Harm.FARM} <= views


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"accounts": 999}, "1,000 to 1,000,000 accounts, got 999"),
        ({"accounts": 1_000_001}, "1,000 to 1,000,000 accounts, got 1,000,001"),
        ({"days": 0}, "1 to 365 days, got 0"),
        ({"activity": 0.0}, "more than 0 and at most 100, got 0"),
    ],
)
def test_a_world_of_no_size_is_refused(tmp_path: Path, broken: dict[str, float], said: str) -> None:
    with pytest.raises(SystemExit) as refused:
        world(out=tmp_path / "world.jsonl", **broken)  # type: ignore[arg-type]  # each case breaks one of them
    assert str(refused.value).endswith(said)
    assert not (tmp_path / "world.jsonl").exists()
    assert not (tmp_path / "world.jsonl.truth").exists()


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="could not be written: No such file or directory"):
        world(out=tmp_path / "nowhere" / "world.jsonl", accounts=1_000, days=1)
