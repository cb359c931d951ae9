"""What the portal's cards say, held against the services' own boards, row by row."""

from tests.support.client import Platform

_NEED = "need_id, status, kind, town, handling_unit, outcome, reopened, merged_into"
_PROJECT = (
    "project_id, status, title, level, unit, claimant, claimant_role, promise, complete_by, first_complete_by, percent, suspended,"
    " reopened, jsonb_array_length(coalesce(need_ids, '[]'))"
)
_MEMBER = "member_id, unit, branch, exemption"
_NOTICE = "notice_id, kind, title, issued_on, overdue, closed_at IS NULL"
_PAIRS = {
    "needs": (("intake", f"{_NEED}, petitions", "need_board"), f"{_NEED}, voices", "need_cards", "kind IS NOT NULL"),
    "projects": (
        ("projects", f"{_PROJECT}, jsonb_array_length(coalesce(team, '[]'))", "project_board"),
        f"{_PROJECT}, team",
        "project_cards",
        "title IS NOT NULL",
    ),
    "members": (("projects", f"{_MEMBER}, claims", "members"), f"{_MEMBER}, claims", "member_cards", "unit IS NOT NULL"),
    "notices": (("supervision", _NOTICE, "notice_board"), _NOTICE, "notice_cards", "kind IS NOT NULL"),
}
"""By name: service, columns and table of the board; columns and table of the cards; which rows."""


def disagreements(platform: Platform, county: str) -> tuple[dict[str, int], list[str]]:
    """Return how many rows of each kind there are, and where portal and service say something else."""
    counted: dict[str, int] = {}
    found: list[str] = []
    for name, ((service, columns, board), told, cards, which) in _PAIRS.items():
        own, shown = (
            _rows(platform, service, county, columns, f"{board} WHERE {which}"),
            _rows(platform, "portal", county, told, f"{cards} WHERE {which}"),
        )
        counted[name] = len(own)
        differing = [key for key in own.keys() | shown.keys() if own.get(key) != shown.get(key)]
        found += [f"{name} {key}: {own.get(key)} and {shown.get(key)}" for key in differing]
    return counted, found


def _rows(platform: Platform, service: str, county: str, columns: str, where: str) -> dict[object, tuple[object, ...]]:
    with platform.superuser(service) as connection:
        query = f"SELECT {columns} FROM read.{where} AND county = %s"  # noqa: S608 - our own names
        return {row[0]: tuple(row[1:]) for row in connection.execute(query.encode(), [county])}
