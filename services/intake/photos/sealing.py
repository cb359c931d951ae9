"""A picture under a key of its own: what is kept says nothing once the key is gone."""

import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


def sealed_picture(content: bytes, county: str) -> tuple[bytes, str]:
    """Return a picture's ciphertext (nonce || ciphertext || tag) and the key (base64) that opens it; each call makes another key."""
    key, nonce = AESGCM.generate_key(bit_length=256), os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, county.encode()), b64encode(key).decode()


def opened_picture(sealed: bytes, county: str, key: str) -> bytes:
    """Return the picture; ConnectionError where what was kept is not what this key was made for."""
    try:
        return AESGCM(b64decode(key)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], county.encode())
    except InvalidTag as fault:
        raise ConnectionError("the photo is not what was kept") from fault
