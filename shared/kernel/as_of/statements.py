"""Queries read as text: which read models a statement names, how it is put to tables of the past, and whether few rows will do.

Queries of services are constants (a gate sees to it), so that what is found out about one is remembered by its text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

HEADS = "log_heads"
"""The table that stands for `log.heads`."""
CHECKPOINTS = "checkpoints"
"""The read model that no projection folds: where they stand."""
_TABLE = re.compile(r"\bread\.([a-z_][a-z0-9_]*)\b(?!\s*\()")
_FUNCTION = re.compile(r"\b(?:read|log|tenancy)\.[a-z_][a-z0-9_]*\s*\(")
_LOG_HEADS = re.compile(r"\blog\.heads\b")
_LOG = re.compile(r"\blog\.(?!heads\b)")
_WITH = re.compile(r"\s*WITH(\s+RECURSIVE)?\s")
_DOUBT = re.compile(r"\b(?:OR|NOT(?!\s+NULL)|CASE|FILTER|LEFT|RIGHT|FULL|UNION|INTERSECT|EXCEPT)\b")
"""With any of these a condition may hold for some rows only."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A query: the read models it names, each as often as it does, and whether it may be asked about the past."""

    text: str
    mentions: tuple[str, ...]
    supported: bool

    @property
    def tables(self) -> Sequence[str]:
        """The read models it names, once each."""
        return list(dict.fromkeys(self.mentions))

    def on_temporary_tables(self) -> str:
        """Return it put to temporary tables of the read models' names."""
        return _LOG_HEADS.sub(f"pg_temp.{HEADS}", _TABLE.sub(r"pg_temp.\1", self.text))

    def on_given_rows(self, first_argument: int) -> str:
        """Return it put to rows given as JSON arrays, one for each of its tables in order, in arguments counted from one."""
        given = ", ".join(
            f"{table} AS (SELECT * FROM jsonb_populate_recordset(NULL::{_kind(table)}, ${place}::jsonb))"  # noqa: S608 - names of ours
            for place, table in enumerate(self.tables, first_argument)
        )
        text = _LOG_HEADS.sub(HEADS, _TABLE.sub(r"\1", self.text))
        begun = _WITH.match(text)
        if begun is None:
            return f"WITH {given} {text}"
        return f"WITH{begun[1] or ''} {given}, {text[begun.end() :]}"


def _kind(table: str) -> str:
    return "log.heads" if table == HEADS else f"read.{table}"


@lru_cache(maxsize=4_096)
def statement(query: str) -> Statement:
    """Return what a query is about."""
    mentions = [*_TABLE.findall(query), *(HEADS for _ in _LOG_HEADS.findall(query))]
    return Statement(query, tuple(mentions), _LOG.search(query) is None and _FUNCTION.search(query) is None)


@lru_cache(maxsize=4_096)
def _equal_to(query: str, column: str) -> tuple[int, ...]:
    """Return the arguments that a column has to be equal to, one for each place that says so as a condition of its own."""
    return tuple(int(number) for number in re.findall(rf"\b(?:WHERE|AND)\s+(?:[a-z_]+\.)?{column} = \$([0-9]+)\b", query))


def confined(asked: Statement, arguments: Sequence[object], keys: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, UUID]] | None:
    """Return, for each read model a query names, the column of its key and the id that every row it can use has there.

    None if one has none. `keys` holds the columns of each read model's key.

    A column counts where every mention of a table that has it in its key comes with `column = $n` as a condition of its own, all with the
    same id, and nothing in the query is an alternative. So rows that are left out could not have been used; in doubt it is None.
    """
    if _DOUBT.search(asked.text) is not None:
        return None
    found: dict[str, tuple[str, UUID]] = {}
    for table in (table for table in asked.tables if table in keys):
        for column in keys[table]:
            mentions = [mention for mention in asked.mentions if column in keys.get(mention, ())]
            equal = [arguments[number - 1] for number in _equal_to(asked.text, column)]
            if len(equal) == len(mentions) and isinstance(equal[0], UUID) and all(one == equal[0] for one in equal):
                found[table] = (column, equal[0])
                break
        else:
            return None
    return found
