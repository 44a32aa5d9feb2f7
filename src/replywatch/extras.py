"""How to get what an extra of this package needs, without the package itself being on an index."""

from __future__ import annotations

import re
import shlex
import sys


def in_this_python(words: str) -> str:
    """A command that runs the module and arguments `words` with the Python that runs now."""
    return f"{shlex.quote(sys.executable or 'python3')} -m {words}"


def install_command(extra: str) -> str:
    """The command that installs what `extra` needs where this program finds it: the packages, named one by one."""
    from importlib.metadata import PackageNotFoundError, requires  # noqa: PLC0415 - 20 ms, and only for a hint

    marker = re.compile(rf"""(?P<package>[^;]+?)\s*;.*\bextra\s*==\s*["']{re.escape(extra)}["']""")
    try:
        found = [match["package"] for line in requires("replywatch") or () if (match := marker.fullmatch(line))]
    except PackageNotFoundError:  # run from its source alone
        found = []
    return in_this_python("pip install " + " ".join(map(shlex.quote, found or [f".[{extra}]"])))
