"""Where the stand-ins keep what they were told: one small JSON file a thing, readable by whoever wonders, written whole."""

import asyncio
import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pexit_app.core.ports import ProviderError

Page = dict[str, Any]
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


class Book:
    """The pages of one folder, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._turn = asyncio.Lock()

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ProviderError("There is no such thing at the test cashier.")
        return self.folder / f"{name}.json"

    def find(self, name: str) -> Page | None:
        try:
            page: Page = json.loads(self._path(name).read_text())
        except FileNotFoundError:
            return None
        return page

    def read(self, name: str) -> Page:
        """Raises ProviderError."""
        if (page := self.find(name)) is None:
            raise ProviderError("There is no such thing at the test cashier.")
        return page

    async def open(self, name: str, page: Page) -> Page:
        """The page, which is as it was if it was there before."""
        async with self._turn:
            if (found := self.find(name)) is not None:
                return found
            self._write(name, page)
            return page

    async def change(self, name: str, how: Callable[[Page], None]) -> Page:
        """Raises ProviderError for a page that is not there, and what `how` raises."""
        async with self._turn:
            page = self.read(name)
            how(page)
            self._write(name, page)
            return page

    def _write(self, name: str, page: Page) -> None:
        path = self._path(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self.folder, suffix=".new")
        with open(handle, "w") as file:
            json.dump(page, file, indent=1)
        os.replace(draft, path)
