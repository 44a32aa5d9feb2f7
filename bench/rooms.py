"""How code is laid out: its rooms (folders with code), their sizes, which imports which. Prints one JSON object.

Called by compare.py with the folder of a package, whose parent is on Python's path.
"""

from __future__ import annotations

import ast
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypedDict

import grimp


class Function(NamedTuple):
    """Where a function stands, and how long it is with its docstring."""

    lines: int
    file: str
    name: str


class Layout(TypedDict):
    """What is known of the code as a whole."""

    rooms: dict[str, int]
    """Folder → lines."""
    facts: dict[str, str | int]
    """What → a number, or where it is."""


def layout(root: Path) -> Layout:
    """Sizes and arrows of the package in the folder `root`, which is on Python's path."""
    texts = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py"))}
    lines = {file: text.count("\n") for file, text in texts.items()}
    rooms: Counter[str] = Counter()
    for file, count in lines.items():
        rooms[_folder(file)] += count
    files = Counter(_folder(file) for file in lines if not file.endswith("__init__.py"))
    arrows = _arrows(root.name, set(lines))
    largest_room, most_files = files.most_common(1)[0]
    longest_file = max(lines, key=lines.__getitem__)
    longest = max(function for file, text in texts.items() for function in _functions(file, text))
    lived_in = {room: count for room, count in rooms.items() if files[room]}
    facts: dict[str, str | int] = {
        "files": len(lines),
        "lines": sum(lines.values()),
        "largest room": f"{largest_room}, {most_files} files",
        "longest file": f"{longest_file}, {lines[longest_file]} lines",
        "longest function": f"{longest.name} in {longest.file}, {longest.lines} lines",
        "functions over 40 lines": sum(f.lines > 40 for file, text in texts.items() for f in _functions(file, text)),
        "files over 400 lines": sum(count > 400 for count in lines.values()),
        "rooms": len(lived_in),
        "arrows between rooms": f"{len(arrows)}, of {len(lived_in) * (len(lived_in) - 1)} that could be",
        "of them both ways": sum((end, start) in arrows for start, end in arrows) // 2,
    }
    return {"rooms": lived_in, "facts": facts}


def _folder(file: str) -> str:
    return str(Path(file).parent).replace(".", "(top)")


def _arrows(package: str, files: set[str]) -> set[tuple[str, str]]:
    """(room, room that it imports), each pair once; what `TYPE_CHECKING` alone imports counts, too."""
    graph = grimp.build_graph(package, cache_dir=None)
    room = {module: _folder(_file(module, files)) for module in graph.modules}
    pairs = {(room[m], room[i]) for m in graph.modules for i in graph.find_modules_directly_imported_by(m)}
    return {(start, end) for start, end in pairs if start != end}


def _file(module: str, files: set[str]) -> str:
    path = "/".join(module.split(".")[1:])
    return f"{path}.py" if f"{path}.py" in files else f"{path}/__init__.py".lstrip("/")


def _functions(file: str, text: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function((node.end_lineno or node.lineno) - node.lineno + 1, file, node.name)


if __name__ == "__main__":
    print(json.dumps(layout(Path(sys.argv[1]))))
