"""Which events hold an id: looked through once, type by type, for those types whose events are looked for by it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from shared.kernel.as_of.lanes import Lanes, Stretch
from shared.kernel.tenancy import county_reading, county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NIL = UUID(int=0)
_THROUGH = "SELECT max(position) FROM read.mentions WHERE county = $1 AND source = $2 AND type = $3 AND id = $4"
_ADD = """
INSERT INTO read.mentions (county, source, type, id, position)
SELECT $1, $2, $3, m.* FROM unnest($4::uuid[], $5::bigint[]) AS m ON CONFLICT DO NOTHING
"""


class Mentions:
    """Looks through the archived lanes of a service."""

    def __init__(self, pool: "Pool", lanes: Lanes) -> None:
        self._pool = pool
        self._lanes = lanes

    async def reach(self, stretch: Stretch, types: Sequence[str]) -> None:
        """See to it that events of some types are looked through as far as a lane is to be read."""
        county, source, until = stretch
        for kind in types:
            async with county_reading(self._pool, county) as connection:
                after = await connection.fetchval(_THROUGH, county, source, kind, _NIL) or 0
            while after < until:
                part = await self._lanes.of_type(stretch, kind, after)
                after = part[-1][0] if part else until
                found = {(UUID(bytes_of.decode()), position) for position, body in part for bytes_of in _ID.findall(body)}
                found.add((_NIL, after))
                ids, positions = zip(*sorted(found), strict=True)
                async with county_transaction(self._pool, county) as connection:
                    await connection.execute(_ADD, county, source, kind, ids, positions)
