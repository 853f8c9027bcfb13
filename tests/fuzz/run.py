# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Coverage-guided fuzzing of every decoder in turn: `python -m tests.fuzz.run SECONDS`, or one by its name.

Each decoder runs in a child process, because the fuzzer ends its process; what it finds is printed and kept under
`build/fuzz/NAME/` as a file that replays it. It sets out from `tests/fuzz/corpus/NAME` and what earlier runs learnt.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOUND = Path("build/fuzz")
CORPUS = Path(__file__).parent / "corpus"


def one(name: str, seconds: int) -> None:
    """Fuzz one decoder in this process."""
    import atheris

    # What was imported before is not instrumented, and the fuzzer would be blind in it.
    assert not any(module.startswith("privity") for module in sys.modules)
    with atheris.instrument_imports(include=["privity"]):
        from tests.fuzz.decoders import all_decoders

        decoders = {decoder.name: decoder for decoder in all_decoders()}
    folder = FOUND / name
    folder.mkdir(parents=True, exist_ok=True)
    flags = [f"-max_total_time={seconds}", "-max_len=4096", f"-artifact_prefix={folder}/", "-print_final_stats=1"]
    learnt = folder / "learnt"
    learnt.mkdir(exist_ok=True)
    start = [str(learnt), *(str(path) for path in [CORPUS / name] if path.is_dir())]
    atheris.Setup([sys.argv[0], *flags, *start], decoders[name].check)
    atheris.Fuzz()


def every(seconds: int) -> int:
    """Fuzz all decoders, sharing the time; the number of decoders that broke."""
    from tests.fuzz.decoders import all_decoders

    names = [decoder.name for decoder in all_decoders()]
    share = max(1, seconds // len(names))
    broken = 0
    for number, name in enumerate(names, 1):
        print(f"[{number}/{len(names)}] {name}: {share} s", flush=True)
        command = [sys.executable, "-m", "tests.fuzz.run", "--one", name, str(share)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        runs = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        print("    " + (runs[0].split(":")[-1].strip() + " inputs" if runs else "no figure"), flush=True)
        if done.returncode:
            broken += 1
            print(done.stdout[-2000:] + done.stderr[-4000:])
    print(f"fuzz: {len(names)} decoders, {broken} broken")
    return broken


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--one", name, seconds]:
            one(name, int(seconds))
        case [seconds]:
            sys.exit(1 if every(int(seconds)) else 0)
        case _:
            sys.exit("usage: python -m tests.fuzz.run SECONDS")
