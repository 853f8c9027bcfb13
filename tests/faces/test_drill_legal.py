# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The legal drill: twelve requests come to what they must, and whatever is done wrong is refused by its name."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import pytest
from rich.console import Console

from privity.desk.legal.requests.errors import Wider
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.legal import package, produced
from privity.faces.drill.legal.authority import Authority
from privity.faces.drill.legal.breaks import BREAKS
from privity.faces.drill.legal.launch import LEFT_OUT
from privity.faces.drill.legal.package import Opened
from privity.faces.drill.legal.run import play
from privity.faces.drill.legal.scene import Scene, Told
from privity.faces.drill.legal.scenes import SCENES
from privity.faces.drill.legal.showing import Telling
from privity.production import timestamping, writing
from privity.production.classes import Never, Releasable
from privity.production.errors import BadTimeStamp
from tests.faces import broken as begun
from tests.faces.broken import Done, each_of_its_own
from tests.faces.shell import Shell

QUICK: Final = ("release-of-e2ee", "unverified-agency")
"""Both in one run of a few seconds; the others are proven."""


def runs() -> list[list[str]]:
    """What is done wrong in one run: of each scene one thing, and what a process leaves out is done alone."""
    found: list[list[str]] = [list(QUICK)]
    for name in (name for name in BREAKS if name not in QUICK):
        fits = [
            names
            for names in found[1:]
            if not {*names, name} & LEFT_OUT.keys() and BREAKS[name].scene not in {BREAKS[one].scene for one in names}
        ]
        if fits:
            fits[0].append(name)
        else:
            found.append([name])
    return found


RUNS: Final = runs()


def run(*arguments: str, folder: Path) -> Done:
    """The drill; what it makes goes into the folder."""
    return begun.run("drill", "legal", *arguments, TMPDIR=str(folder))


@cache
def run_with(names: tuple[str, ...]) -> Done:
    """Only the scenes in which these things are done wrong. Nothing may be left of it."""
    options = [("--only", BREAKS[name].scene, "--break", name) for name in names]
    with TemporaryDirectory(prefix="privity-with-") as name:
        folder = Path(name)
        done = run(*(word for option in options for word in option), folder=folder)
        assert list(folder.iterdir()) == []
    return done


def still_running(folder: Path) -> list[str]:
    """Processes that work in the folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = each.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if str(folder).encode() in line:
            found.append(line.replace(b"\0", b" ").decode(errors="replace"))
    return found


def test_twelve_requests_and_what_leaves_the_house(tmp_path: Path) -> None:
    done = run("--keep", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"drill legal: {len(SCENES)} of {len(SCENES)}" == "drill legal: 12 of 12"
    for scene in SCENES:
        assert f"ok {scene.name}: {scene.title} (" in done.stdout
    (house,) = tmp_path.iterdir()
    assert f"kept: {house}" in done.stdout
    assert still_running(house) == []
    for process in ("hub", "desk"):
        assert "Traceback" not in (house / f"{process}.out").read_text()
    told, kinds = 0, []
    for folder in sorted((house / "packages").iterdir()):
        whole = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
        assert produced.PRIVATE.encode() not in whole
        told += produced.REPORTED.encode() in whole
        envelope = json.loads((folder / "attest" / "production.dsse.json").read_bytes())
        kinds.append(json.loads(base64.b64decode(envelope["payload"]))["predicate"]["kind"])
        if produced.REPORTED.encode() in whole:
            report = writing.verify(folder, house / "keys.json", house / "house" / "roots.pem")
            assert report.verified, report
    assert done.stdout.count("verify_package.py: verified") == len(kinds) == 11
    assert told == 1, "what was reported is in the one package that is about it"
    assert [kinds.count(kind) for kind in ("production", "refusal", "preservation_receipt")] == [4, 5, 1]
    assert done.stdout.count("verify_messages.py: verified") == 2


@pytest.mark.parametrize("name", each_of_its_own(RUNS[:1]))
def test_what_is_done_wrong_is_refused_by_its_name(name: str) -> None:
    refuses(name)


@pytest.mark.prove
@pytest.mark.parametrize("name", each_of_its_own(RUNS[1:]))
def test_whatever_is_done_wrong_is_refused_by_its_name(name: str) -> None:
    refuses(name)


def refuses(name: str) -> None:
    together = next(names for names in RUNS if name in names)
    done = run_with(tuple(together))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    (failed,) = re.findall(rf"^FAILED {name}: (.*)$", done.stdout, re.MULTILINE)
    assert failed.startswith(tuple(f"{caught}: " for caught in BREAKS[name].caught)), failed
    assert done.stdout.splitlines()[-1] == f"drill legal: 0 of {len(together)}"


def test_each_wrong_is_done_in_a_scene_that_there_is() -> None:
    assert {one.scene for one in BREAKS.values()} <= {scene.name for scene in SCENES}
    assert sorted(name for names in RUNS for name in names) == sorted(BREAKS)
    assert LEFT_OUT.keys() < BREAKS.keys() and len(BREAKS) >= 8


def test_scenes_and_wrongs_are_listed_and_unknown_ones_named(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for option, what, names in (
        ("--only", "scene", [each.name for each in SCENES]),
        ("--break", "wrong", list(BREAKS)),
    ):
        assert [line.split()[0] for line in shell.ok("drill", "legal", option, "list").splitlines()] == names
        assert f"no {what} is named 'everything'" in shell.refused("drill", "legal", option, "everything")
    twice = shell.refused("drill", "legal", "--break", "one-approver", "--break", "same-approver")
    assert "one thing at a time" in twice


# The drill itself can fail


@dataclass
class Theatre:
    """A stage without a house."""

    wrong: str | None = None
    telling: Telling = field(default_factory=lambda: Telling(Console(file=io.StringIO(), width=200)))

    def running(self, scene: str) -> None:
        pass

    def plays(self, outcome: Exception | None, *broken: str) -> str:
        """The failure of a scene that ends like this."""

        async def ends(_: Any) -> Told:
            if outcome is not None:
                raise outcome
            return Told("a request")

        asyncio.run(play(cast(Any, self), Scene("overbroad", "two years", ends), frozenset(broken), self.telling))
        return "; ".join(f"{err.check}: {err}" for err in self.telling.failures)


def test_a_wrong_that_nothing_refuses_fails_the_drill() -> None:
    assert "wider-scope: a person scopes more" in (said := Theatre().plays(None, "wider-scope")), said
    assert said.endswith("nothing said no")
    assert Theatre().plays(None) == Theatre().plays(None, "one-approver") == ""


def test_a_refusal_fails_the_drill_by_its_name() -> None:
    assert Theatre().plays(Wider("too many days")) == "overbroad: Wider: too many days"
    assert Theatre().plays(Wider("too many days"), "wider-scope") == "wider-scope: Wider: too many days"
    assert Theatre().plays(CheckFailed("x", "not so"), "wider-scope") == "wider-scope: not so"
    assert "did not come to an end" in Theatre().plays(TimeoutError())


def opened(files: dict[str, bytes] | None = None, **statement: Any) -> Opened:
    said = {"case": "LP-1", "kind": "production", "released": [], "not_held": [], "notice": None, **statement}
    return Opened(Path("nowhere"), files or {}, said)


def test_a_package_with_words_that_nobody_reported_fails_the_drill() -> None:
    found = opened({"bag/data/records/x.json": b'{"text": "behind the books"}'})
    package.must_hold_nothing_of("warrant", found, ["under the cups"])
    with pytest.raises(CheckFailed, match="words that nobody reported"):
        package.must_hold_nothing_of("warrant", found, ["under the cups", "behind the books"])


@pytest.mark.parametrize(
    ("kind", "released"),
    [("production", []), ("production", [Never.KEY_MATERIAL]), ("refusal", [Releasable.SUBSCRIBER])],
    ids=["nothing", "keys", "refusal"],
)
def test_a_production_of_something_else_fails_the_drill(kind: str, released: list[str]) -> None:
    right = [{"class": Releasable.SUBSCRIBER.value}]
    package.must_release("gag", opened(released=right), [Releasable.SUBSCRIBER])
    with pytest.raises(CheckFailed, match="expected a production of nothing but subscriber"):
        package.must_release(
            "gag", opened(kind=kind, released=[{"class": str(each)} for each in released]), [Releasable.SUBSCRIBER]
        )


def test_rows_are_counted_by_their_class() -> None:
    table = {"class": "subscriber", "rows": [{"a": 1}, {"a": 2}], "table": "subscriber-account"}
    files = {"bag/data/records/subscriber-account.json": json.dumps(table).encode(), "bag/data/index.html": b""}
    found = opened(files, released=[{"class": "subscriber"}])
    assert found.rows == {"subscriber": 2} and found.data == ("records/subscriber-account.json",)
    assert found.line() == "a production of 1 files; rows: subscriber (2)"


def test_the_authority_stamps_with_the_drills_time() -> None:
    authority = Authority(lambda: 1_900_000_000_999)
    data = b"an envelope"
    token, at = timestamping.stamp(authority.stamp, data, authority.roots, bytes(range(16)))
    assert at == "2030-03-17T17:46:40Z" and timestamping.granted(token, data, authority.roots)[1] == at
    with pytest.raises(BadTimeStamp):
        timestamping.granted(token, b"another envelope", authority.roots)
    with pytest.raises(BadTimeStamp):
        timestamping.granted(token, data, Authority(authority.now_ms).roots)


def test_the_verifier_in_a_package_is_this_versions(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed, match=r"verify_package.py in the package is another one"):
        package.check("warrant", opened({"bag/data/verify_package.py": b"exit(0)"}), tmp_path, None, None)
