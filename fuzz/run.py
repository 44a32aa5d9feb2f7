"""Fuzzing with coverage as the guide: every target in turn, for its share of the time.

    python fuzz/run.py                       ten minutes in all
    python fuzz/run.py --seconds 60 dates    one target, one minute
    python fuzz/run.py --input FILE dates    an input that broke something, once more

What was found to lead further is kept in .fuzz/ for the next time; so is an input that broke a law.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

from seeds import ROOT, SOURCES, seeds

CHILD = Path(__file__).with_name("child.py")
KEPT = ROOT / ".fuzz"
LONGEST = 8192
"""Octets of an input."""
SLOW = 10
"""Seconds after which an input counts as one that never ends."""
MEMORY = 1024
"""Megabytes that a target may take."""


def main() -> int:
    """Fuzz what the command line says; 1 if a law was broken, 2 if fuzzing is not possible here."""
    parser = argparse.ArgumentParser(description="Fuzzing with coverage as the guide.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(SOURCES)}; all by default")
    parser.add_argument("--seconds", type=int, default=600, help="in all (600)")
    parser.add_argument("--input", type=Path, help="try this file alone")
    options = parser.parse_args()
    if unknown := set(options.targets) - SOURCES.keys():
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    if importlib.util.find_spec("atheris") is None:
        print("make fuzz needs the package atheris: Linux on x86-64, Python 3.11 to 3.13.")  # as in pyproject.toml
        print("There: make clean && make fuzz PYTHON=python3.13. The same laws are tried, less deeply, by the tests.")
        return 2
    targets = options.targets or list(SOURCES)
    broken = [t for t in targets if _run(t, max(1, options.seconds // len(targets)), options.input)]
    print(f"Broken: {', '.join(broken)}; see above and {KEPT}" if broken else "All laws held.")
    return 1 if broken else 0


def _run(target: str, seconds: int, only: Path | None) -> int:
    """Fuzz one target in a process of its own, which an input may bring down."""
    corpus = KEPT / target / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number:04}").write_bytes(seed)
    print(f"{target}: {seconds} s", flush=True)
    words = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOW}", f"-rss_limit_mb={MEMORY}"]
    words += [f"-artifact_prefix={KEPT / target}/", "-print_final_stats=1", "-verbosity=0", "-close_fd_mask=0"]
    words.append(str(only or corpus))
    return subprocess.run([sys.executable, CHILD, target, *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
