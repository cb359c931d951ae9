"""How much is taken in from one address of those who do not sign in: generous to a village behind one address, not to a machine.

Of our own, because it is one number for each address: the libraries for it (`limits`) keep a window of entries and a timer for each,
without a bound on how many addresses there are.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

_MOST_ADDRESSES = 50_000
_OWN_NETWORK = 64
"""Bits of an IPv6 address that say whose it is: what follows anybody may choose anew for each request."""
_HOUR_SECONDS = 3_600.0
_ROUNDING_SECONDS = 0.001
"""More than sums of such seconds are rounded by: the later it is, the more, and nobody is to wait for that."""


@dataclass(slots=True)
class VisitorLimit:
    """Lets each address have `at_once` submissions, and so many an hour in the long run; in this process's memory alone.

    `per_hour` 0 is no limit. `proxies` is how many proxies of our own stand before the portal and write `X-Forwarded-For`; with none the
    header is not believed, since anybody can send it.
    """

    per_hour: int
    at_once: int
    proxies: int = 0
    clock: Callable[[], float] = time.monotonic
    _free_at: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """By address, when all it has had will be paid off (the generic cell rate algorithm); those heard of last at the end."""

    def wait(self, request: Request) -> int:
        """Count a submission; return 0 where it may be taken in, otherwise the seconds until the next one may be."""
        if not self.per_hour:
            return 0
        address, now, each = self.address(request), self.clock(), _HOUR_SECONDS / self.per_hour
        free_at = max(self._free_at.get(address, now), now) + each
        ahead = free_at - now - self.at_once * each
        if ahead > _ROUNDING_SECONDS:
            return math.ceil(ahead)
        self._free_at[address] = free_at
        self._free_at.move_to_end(address)
        if len(self._free_at) > _MOST_ADDRESSES:
            self._free_at.popitem(last=False)
        return 0

    def address(self, request: Request) -> str:
        """Return where a request comes from, as far as those say whom we believe."""
        peer = request.client.host if request.client is not None else ""
        told = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
        if self.proxies and len(told) >= self.proxies:
            peer = told[-self.proxies]
        try:
            found = ipaddress.ip_address(peer.strip("[]"))
        except ValueError:
            return "unknown"
        if isinstance(found, ipaddress.IPv6Address):
            if found.ipv4_mapped is not None:
                return str(found.ipv4_mapped)
            return str(ipaddress.ip_network((int(found), _OWN_NETWORK), strict=False))
        return str(found)
