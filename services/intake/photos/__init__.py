"""Photos that show what a need is about: taken in, cleaned, kept as ciphertext, given out to whoever may see them."""

from services.intake.photos.answers import photo_by_code, photo_file, photos
from services.intake.photos.receiving import attach_photo

__all__ = ["attach_photo", "photo_by_code", "photo_file", "photos"]
