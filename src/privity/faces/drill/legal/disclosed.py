# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody hands over messages of a conversation of theirs, from their own device: the house has no part in it."""

from __future__ import annotations

from privity.client.disclosing.wanted import Chosen, Wanted
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State
from privity.faces.drill.legal import package
from privity.faces.drill.legal.scene import Told, expect
from privity.faces.drill.legal.stage import Stage

CHOSEN = ("you promised me the teapot", "come and get it, then")
KEPT_BACK = "do not tell anybody about the kettle"


async def participant(here: Stage) -> Told:
    gita, hank = await here.person("Gita"), await here.person("Hank")
    first = await here.says("participant", gita, hank, CHOSEN[0])
    await here.says("participant", hank, gita, KEPT_BACK, private=True)
    second = await here.says("participant", hank, gita, CHOSEN[1])
    team = here.team("US")
    line = "Gita, who was in the conversation: two of three messages for the same agency"
    told = Told(line, "none: whoever discloses decides", notice="nobody: whoever writes to somebody can be shown")
    before = requests.in_states(here.work.db, tuple(State))
    chosen = Chosen(await here.room("participant", gita, hank), (first, second))
    wanted = Wanted(chosen, team.agency.name, "a complaint about a teapot", keys=True, attestation=True)
    made = await gita.device.disclosures.make(wanted)
    encrypted = await gita.device.disclosures.seal(made, team.recipient, here.folder / f"{made.name}.tar.age")
    found = package.open_with(team.identity, encrypted.read_bytes(), here.packages)
    expect("participant", not made.missing, f"something is missing: {'; '.join(made.missing)}")
    expect("participant", requests.in_states(here.work.db, tuple(State)) == before, "the desk had a part in it")
    told.left = f"nothing of the operator's; from Gita's device a package of {len(found.data)} files"
    own_keys = found.folder / "attest" / "keys.json"
    told.checks.append(package.check("participant", found, own_keys, None, None))
    log = (f"--log-key={here.house.log_key}", f"--vrf-key={here.house.vrf_key}")
    told.checks.append(package.check_messages("participant", found, log))
    whole = b"".join(found.files.values())
    for text in CHOSEN:
        expect("participant", text.encode() in whole, "a message that was chosen is not in the package")
    package.must_hold_nothing_of("participant", found, here.private)
    told.checks.append("the message between the two is not in it, and the package says that there is one")
    return told
