"""Puts the manual pages into the wheel while it is built (hatchling's custom build hook)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualPages(BuildHookInterface[Any]):
    """Makes them, in a folder that lasts as long as the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the pages as what goes to share/man; an editable installation has none."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "scripts"))
        from man_pages import write  # noqa: PLC0415 - it needs the line above

        self.folder = tempfile.TemporaryDirectory(prefix="replywatch-man-")
        folder = Path(self.folder.name)
        build_data["shared_data"] |= {str(folder / path): f"share/man/{path}" for path in write(folder)}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - its signature
        """Take the folder away."""
        if version != "editable":
            self.folder.cleanup()
