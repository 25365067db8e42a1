"""What an address on this site is about: a frame, a pack, or a link that shows frames to others. Pure; whose site it names
does not matter, since a bucket's links have another host and our ids are nobody else's."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from uuid import UUID

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_FRAME = re.compile(rf"(?:^|/)frames/({_ID})(?:/|$)")
_PACK = re.compile(r"(?:^|/)(?:p|packs)/([a-z0-9]+(?:-[a-z0-9]+)*)(?:\.jpg)?(?:/|$)")
_SHARE = re.compile(r"^/f/([A-Za-z0-9_-]{20,100})/?$")
MAX_SLUG_CHARS = 60


@dataclass(frozen=True, slots=True)
class Named:
    frame_id: UUID | None = None
    pack_slug: str = ""
    share_token: str = ""


def read(address: str) -> Named:
    """Nothing, for an address of anything else."""
    try:
        written = unquote(urlsplit(address.strip()).path)
    except ValueError:  # such as "http://[": no address at all
        return Named()
    if share := _SHARE.search(written):
        return Named(share_token=share[1])
    path = written.lower()
    if frame := _FRAME.search(path):
        return Named(frame_id=UUID(frame[1]))
    pack = _PACK.search(path)
    return Named(pack_slug=pack[1] if pack and len(pack[1]) <= MAX_SLUG_CHARS else "")
