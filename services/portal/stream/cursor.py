"""Cursors: how far a stream was read in each lane, bound to a county and to what its reader may see."""

import base64
import binascii
import hmac
from dataclasses import dataclass

from services.portal.lanes import LANES, Vector

_VERSION = 1
_MAC_BYTES = 12
_LONGEST = 200
_COUNTY_BYTES = 3


class CursorRefused(Exception):  # noqa: N818 - the code tells
    """A cursor that says nothing here; `code` is the reason told in a `reset` event."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Cursors:
    """Makes and reads cursors; whoever does not hold the secret can make none."""

    secret: bytes

    def write(self, county: str, level: str, vector: Vector) -> str:
        """Return the cursor that stands behind these positions."""
        payload = bytes([_VERSION]) + int(county).to_bytes(_COUNTY_BYTES, "big") + bytes([len(level)]) + level.encode() + _numbers(vector)
        return base64.urlsafe_b64encode(payload + self._mac(payload)).decode().rstrip("=")

    def read(self, county: str, level: str, cursor: str) -> Vector:
        """Return a cursor's positions; CursorRefused `cursor_forged`, `cursor_of_another_county` or `cursor_of_other_rights`."""
        payload = self._opened(cursor)
        place, size = 1 + _COUNTY_BYTES, payload[1 + _COUNTY_BYTES]
        if int.from_bytes(payload[1:place], "big") != int(county):
            raise CursorRefused("cursor_of_another_county")
        if payload[place + 1 : place + 1 + size] != level.encode():
            raise CursorRefused("cursor_of_other_rights")
        return _read_numbers(payload[place + 1 + size :])

    def _opened(self, cursor: str) -> bytes:
        if not 0 < len(cursor) <= _LONGEST or not cursor.isascii():
            raise CursorRefused("cursor_forged")
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as fault:
            raise CursorRefused("cursor_forged") from fault
        payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload)) or payload[0] != _VERSION:
            raise CursorRefused("cursor_forged")
        return payload

    def _mac(self, payload: bytes) -> bytes:
        return hmac.digest(self.secret, payload, "sha256")[:_MAC_BYTES]


def _numbers(vector: Vector) -> bytes:
    """Write numbers in groups of seven bits, the lowest first."""
    written = bytearray()
    for number in vector:
        left = number
        while left > 0x7F:  # noqa: PLR2004 - seven bits
            written.append(left & 0x7F | 0x80)
            left >>= 7
        written.append(left)
    return bytes(written)


def _read_numbers(raw: bytes) -> Vector:
    vector: list[int] = []
    number = shift = 0
    for byte in raw:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the last group
            vector.append(number)
            number = shift = 0
    if len(vector) != len(LANES):
        raise CursorRefused("cursor_forged")
    return tuple(vector)
