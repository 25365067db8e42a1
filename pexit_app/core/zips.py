"""ZIP files that are sent while they are made."""

from collections.abc import Iterator


class Outlet:
    """A file that cannot be sought: zipfile then writes sizes behind each entry. Bytes are taken out as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        return

    def close(self) -> None:
        return

    def take(self) -> Iterator[bytes]:
        taken, self._parts = self._parts, []
        yield from taken
