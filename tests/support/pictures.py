"""Pictures as tests make them."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin


@cache
def picture(form: str, colour: str = "green", size: tuple[int, int] = (48, 32), mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, colour if mode == "RGB" else 0).save(out, form, **options)
    return out.getvalue()


def with_place(form: str) -> bytes:
    """Return a picture that lies on its side, and tells where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    image = Image.new("RGB", (48, 32), "green")
    image.paste("red", (0, 0, 8, 32))
    out = BytesIO()
    options: dict[str, Any] = {"exif": exif, "icc_profile": b"SecretProfile"}
    if form == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Author", "SecretAuthor")
    elif form == "JPEG":
        options["comment"] = b"SecretComment"
    image.save(out, form, **options)
    return out.getvalue()


def kept(folder: Path) -> list[str]:
    """Return the names of the files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
