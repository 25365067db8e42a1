"""What a public page says of itself in its head: to search engines, to whoever shares its address, to feed readers."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from starlette.requests import Request

from pexit_app.core import settings

NOT_INDEXED = '<meta name="robots" content="noindex"{mark}>'
CARD_PX = (1200, 630)


@dataclass(frozen=True)
class Source:
    """A picture in several widths, as <img srcset> and `sizes` say it."""

    src: str = ""
    src_set: str = ""
    sizes: str = ""


@dataclass(frozen=True)
class Page:
    """`image` is what is shown where the address is shared: a path on this site, of a picture of CARD_PX. `json_ld` goes
    out as structured data. `preload`: the picture seen first. `links` are (type, title, path) of other forms of this
    page. `path` is its one true address, without what only says how it is looked at."""

    title: str
    description: str
    body: rx.Component
    image: str = "/og.png"
    json_ld: Mapping[str, Any] = field(default_factory=dict)
    preload: Source = Source()
    links: Sequence[tuple[str, str, str]] = ()
    path: str = ""
    is_indexed: bool = True


def origin_of(request: Request) -> str:
    """The public address when it is set; otherwise the one the request came to."""
    return settings.load().public_url or str(request.base_url).rstrip("/")


def head(page: Page, path: str, origin: str, mark: str = "") -> str:
    """`path` is where the page was asked for; `mark` is an attribute for every element, by which a live page that takes
    over finds them."""
    mark = f" {mark}" if mark else ""

    def meta(key: str, name: str, content: str) -> str:
        return f'<meta {key}="{name}" content="{html.escape(content)}"{mark}>'

    url = html.escape(origin + (page.path or path))
    image = page.image if page.image.startswith("http") else origin + page.image
    lines = [
        f"<title{mark}>{html.escape(page.title)}</title>",
        meta("name", "description", page.description),
        f'<link rel="canonical" href="{url}"{mark}>',
        meta("property", "og:site_name", "Pexit"),
        meta("property", "og:title", page.title),
        meta("property", "og:description", page.description),
        meta("property", "og:type", "website"),
        meta("property", "og:url", origin + (page.path or path)),
        meta("property", "og:image", image),
        meta("property", "og:image:width", str(CARD_PX[0])),
        meta("property", "og:image:height", str(CARD_PX[1])),
        meta("name", "twitter:card", "summary_large_image"),
        *(_link(kind, title, origin + each, mark) for kind, title, each in page.links),
    ]
    if not page.is_indexed:
        lines.append(NOT_INDEXED.format(mark=mark))
    if page.preload.src:
        lines.append(_preload(page.preload, mark))
    if page.json_ld:  # "<" escaped: a title with </script> must stay inside the block
        text = json.dumps({"@context": "https://schema.org", **page.json_ld}).replace("<", "\\u003c")
        lines.append(f'<script type="application/ld+json"{mark}>{text}</script>')
    return "".join(lines)


def _link(kind: str, title: str, url: str, mark: str) -> str:
    return f'<link rel="alternate" type="{kind}" title="{html.escape(title)}" href="{html.escape(url)}"{mark}>'


def _preload(source: Source, mark: str) -> str:
    more = f' imagesrcset="{html.escape(source.src_set)}" imagesizes="{html.escape(source.sizes)}"'
    href = f' href="{html.escape(source.src)}"'
    return f'<link rel="preload" as="image"{href}{more if source.src_set else ""} fetchpriority="high"{mark}>'
