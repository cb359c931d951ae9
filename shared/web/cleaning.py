"""What a file is, told from its bytes alone, and pictures without anything but their picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore

from PIL import Image, ImageOps

from shared.web.problem import Problem

MOST_MEGAPIXELS = 50
MOST_PHOTO_BYTES = 12 << 20
LONGEST_PHOTO_SIDE = 2560
"""Pixels: a photo is to show what is wrong, also in print, and no more."""
JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
PICTURES = (JPEG, PNG, WEBP)
MEDIA_TYPES = (*PICTURES, PDF)
_FORMATS: Mapping[str, str] = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_WRITTEN: Mapping[str, Mapping[str, int | bool]] = {JPEG: {"quality": 90}, PNG: {"optimize": False}, WEBP: {"quality": 90, "method": 4}}
Image.MAX_IMAGE_PIXELS = None
"""The library's own limit warns first and refuses at twice of it; ours is looked at before a single pixel is unpacked."""
_DRAWING = BoundedSemaphore(2)
"""So many pictures are unpacked at a time in a process: a large one takes some 200 MB, and whoever holds a query code may send one."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The bytes to keep, and what they are."""

    content: bytes
    media_type: str


def cleaned(content: bytes) -> Cleaned:
    """Return a file as it may be kept: a PDF as it is, a picture as `cleaned_picture` does.

    Problem where it is nothing that is taken, damaged, or more than 50 megapixels.
    """
    media_type = sniffed(content)
    if media_type is None:
        raise Problem("file_type_unknown")
    return Cleaned(content, PDF) if media_type == PDF else cleaned_picture(content)


def cleaned_picture(content: bytes, longest: int | None = None) -> Cleaned:
    """Return a picture drawn anew, upright, without EXIF, place, comments or thumbnails; no side longer than `longest` pixels.

    Problem where it is none, damaged, or more than 50 megapixels.
    """
    media_type = sniffed(content)
    if media_type not in PICTURES:
        raise Problem("picture_type_unknown")
    try:
        with _DRAWING, Image.open(BytesIO(content), formats=[_FORMATS[media_type]]) as given:
            fits = given.width * given.height <= MOST_MEGAPIXELS * 1_000_000
            drawn = _drawn_anew(given, media_type, longest) if fits else b""
    except Exception as fault:  # its decoders raise whatever they meet in a damaged file
        raise Problem("image_unreadable") from fault
    if not fits:
        raise Problem("image_too_large", megapixels=MOST_MEGAPIXELS)
    return Cleaned(drawn, media_type)


def sniffed(content: bytes) -> str | None:
    """Return what the first bytes say a file is, None where it is nothing that is taken."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    return None


def _drawn_anew(given: Image.Image, media_type: str, longest: int | None) -> bytes:
    if longest is not None:
        given.draft(None, (longest, longest))  # a JPEG is unpacked no larger than needed
    upright = ImageOps.exif_transpose(given)
    seen_through = upright.has_transparency_data and media_type != JPEG
    picture = upright.convert("RGBA" if seen_through else "RGB")
    if longest is not None:
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    picture.info.clear()  # what is left in it, encoders would write again
    out = BytesIO()
    picture.save(out, _FORMATS[media_type], **_WRITTEN[media_type])
    return out.getvalue()
