"""The process that fuzzes one target: `run.py` starts it with the target's name and libFuzzer's options."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["replywatch"]):
    from laws import TARGETS

if __name__ == "__main__":
    program, target, *options = sys.argv
    atheris.Setup([program, *options], TARGETS[target])
    atheris.Fuzz()  # never returns: libFuzzer ends the process
