"""Writes the manual page while the wheel is built, from the very commands that go into it."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManPageHook(BuildHookInterface[Any]):
    """Adds share/man/man1/dualzoom.1 to the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the page to a folder of its own, and tell the builder where it goes."""
        sys.path.insert(0, self.root)
        try:
            from dualzoom.cli.man_page import man_page
        finally:
            sys.path.remove(self.root)
        self._folder = tempfile.TemporaryDirectory()
        page = Path(self._folder.name) / "dualzoom.1"
        page.write_text(man_page(self.metadata.version), encoding="utf-8")
        build_data["shared_data"][str(page)] = "share/man/man1/dualzoom.1"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clean up: the wheel holds the page."""
        self._folder.cleanup()
