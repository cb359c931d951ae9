"""A feed as RSS 2.0 or Atom 1.0 (RFC 4287)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal
from xml.etree import ElementTree as ET

from services.portal.interfaces.markup import child, text_of, written

Form = Literal["xml", "atom"]
ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPES = {"xml": "application/rss+xml", "atom": "application/atom+xml"}
BEGINNING = datetime(2021, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed: before anything was told."""
_TTL_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened; `id` is an IRI that stays when the entry is told again."""

    id: str
    title: str
    text: str
    link: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """Entries, the latest first; `address` is where the feed is read, without its ending."""

    title: str
    text: str
    link: str
    address: str
    author: str
    entries: Sequence[Entry]

    @property
    def changed(self) -> datetime:
        """When the last entry came."""
        return max((entry.at for entry in self.entries), default=BEGINNING)

    def written(self, form: Form) -> bytes:
        """Return the feed's bytes: the same for the same entries, whenever it is asked for."""
        return _rss(self) if form == "xml" else _atom(self)


def _rss(feed: Feed) -> bytes:
    ET.register_namespace("atom", ATOM)
    root = ET.Element("rss", {"version": "2.0"})
    channel = child(root, "channel")
    for name, value in (("title", feed.title), ("link", feed.link), ("description", feed.text), ("language", "zh-cn")):
        child(channel, name, value)
    child(channel, "lastBuildDate", _rfc_822(feed.changed))
    child(channel, "ttl", _TTL_MINUTES)
    child(channel, f"{{{ATOM}}}link", None, rel="self", type=MEDIA_TYPES["xml"], href=f"{feed.address}.xml")
    for entry in feed.entries:
        item = child(channel, "item")
        for name, value in (("title", entry.title), ("link", entry.link), ("description", entry.text)):
            child(item, name, value)
        child(item, "guid", entry.id, isPermaLink="false")
        child(item, "pubDate", _rfc_822(entry.at))
    return written(root)


def _atom(feed: Feed) -> bytes:
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
    child(root, "id", f"{feed.address}.atom")
    child(root, "title", feed.title)
    child(root, "subtitle", feed.text)
    child(root, "updated", _rfc_3339(feed.changed))
    child(child(root, "author"), "name", text_of(feed.author))
    child(root, "link", None, rel="self", type=MEDIA_TYPES["atom"], href=f"{feed.address}.atom")
    child(root, "link", None, rel="alternate", href=feed.link)
    for entry in feed.entries:
        item = child(root, "entry")
        for name, value in (("id", entry.id), ("title", entry.title), ("updated", _rfc_3339(entry.at))):
            child(item, name, value)
        child(item, "link", None, rel="alternate", href=entry.link)
        child(item, "summary", entry.text)
    return written(root)


def _rfc_822(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC))


def _rfc_3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
