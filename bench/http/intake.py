"""The real intake, run by the stack: its address, a clerk's token, and how far its projections are."""

from collections.abc import Callable

import psycopg

from bench.http.calls import Target
from bench.material import COUNTY, TOWN, command
from bench.waiting import until
from deploy.embedded.issuer import load_issuer
from deploy.embedded.stack import Stack

_HEAD = "SELECT coalesce(max(position), 0) FROM log.heads WHERE county = %s"
_BEHIND = """
SELECT (SELECT coalesce(max(position), 0) FROM log.heads WHERE county = %(county)s)
  - (SELECT coalesce(min(position), 0) FROM read.checkpoints WHERE county = %(county)s AND source = 'intake')
"""
_SETTLE_SECONDS = 120.0


class Intake:
    """Intake behind its HTTP interface."""

    def __init__(self, stack: Stack) -> None:
        self._port = int(stack.info.services["intake"].rpartition(":")[2])
        self._dsn = stack.postgres.dsn("intake")
        self._token = load_issuer().issue("clerk", COUNTY, unit=TOWN)
        self.most_behind = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def target(self, *, sealed: bool) -> Target:
        """Return where and how a clerk submits the need; `sealed` with a petitioner, whose name and phone are encrypted."""
        body = {**command(), "petitioner": {"name": "刘某某", "phone": "13900000000"} if sealed else None}
        return Target(self._port, f"/v1/{COUNTY}/needs", {"Authorization": f"Bearer {self._token}"}, body, keyed=True)

    def settled(self, measure: Callable[[], float]) -> float:
        """Measure, then wait until all of it is projected: what is left over must not fall on the next contestant."""
        value = measure()
        self.most_behind = max(self.most_behind, self._behind())
        until(lambda: self._behind() == 0, "intake's projections", _SETTLE_SECONDS)
        return value

    def head(self) -> int:
        """Return how many events the log holds."""
        return self._ask(_HEAD, (COUNTY,))

    def _behind(self) -> int:
        return self._ask(_BEHIND, {"county": COUNTY})

    def _ask(self, query: str, arguments: "tuple[str] | dict[str, str]") -> int:
        with psycopg.connect(self._dsn) as connection:
            row = connection.execute(query, arguments).fetchone()
        return int(row[0]) if row is not None else 0
