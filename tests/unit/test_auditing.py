"""Auditing a lane: a whole one raises no alarm, and whatever is done to one is found, at its first bad position where there is one."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.auditing.claims import signed_claim
from shared.kernel.auditing.rows import Row
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.tiles import TILE_WIDTH, Tile
from shared.kernel.proof.tiling import Edge
from tests.support.a_lane import Lane, a_lane, a_row, claim_of, note_of, rewritten
from tests.support.a_log import ORIGIN, OTHER_COUNTY, log_key, policy

SIZE = 700
LANE = a_lane(SIZE, [1, 100, 256, 511, 650, SIZE])
Tampered = tuple[Lane, int | None]
"""What became of a lane, and its first bad position; None where only a range can be named."""


def rows_of(rows: list[Row]) -> Lane:
    """The lane with other rows beside the tree, the head and the checkpoints that it had."""
    return replace(LANE, rows=rows)


def changed(position: int, row: Row) -> list[Row]:
    return [*LANE.rows[: position - 1], row, *LANE.rows[position:]]


def flipped(body: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(body))
    return body[:at] + bytes([body[at] ^ 1 << chance.randrange(8)]) + body[at + 1 :]


def a_bit_turned(chance: random.Random) -> Tampered:
    """In a body, with the generated hash following or not, or in a hash."""
    at = chance.randint(1, SIZE)
    row, kind = LANE.rows[at - 1], chance.randrange(3)
    if kind == 0:
        return rows_of(changed(at, rewritten(row, body=flipped(row.body, chance)))), at
    if kind == 1:
        return rows_of(changed(at, row._replace(body=flipped(row.body, chance)))), at
    return rows_of(changed(at, row._replace(leaf_hash=flipped(row.leaf_hash, chance)))), at


def deleted(chance: random.Random) -> Tampered:
    at = chance.randint(1, SIZE)
    return rows_of([*LANE.rows[: at - 1], *LANE.rows[at:]]), at


def swapped(chance: random.Random) -> Tampered:
    """Two rows' bodies, or whole rows under each other's positions."""
    one, other = sorted(chance.sample(range(1, SIZE + 1), 2))
    first, second = LANE.rows[one - 1], LANE.rows[other - 1]
    if chance.random() < 0.5:
        pair = rewritten(first, body=second.body), rewritten(second, body=first.body)
    else:
        pair = second._replace(position=one), first._replace(position=other)
    rows = list(LANE.rows)
    rows[one - 1], rows[other - 1] = pair
    return rows_of(rows), one


def inserted(chance: random.Random) -> Tampered:
    """An event that was never recorded, with all behind it moved on, their bodies untouched or written anew."""
    at = chance.randint(1, SIZE + 1)
    new = a_row(at, text="不曾有过")
    if chance.random() < 0.5:
        later = [row._replace(position=row.position + 1) for row in LANE.rows[at - 1 :]]
        fault = at if at <= SIZE else None
    else:
        later = [a_row(row.position + 1) for row in LANE.rows[at - 1 :]]
        fault = at if at <= SIZE else None
    lane = replace(LANE, rows=[*LANE.rows[: at - 1], new, *later])
    return lane, fault


def cut(chance: random.Random) -> Tampered:
    """The end, with the head put back or not, the tree put back or not, the last checkpoints gone or not."""
    left = chance.randint(0, SIZE - 1)
    rows = list(LANE.rows[:left])
    lane = LANE.grown(rows) if chance.random() < 0.5 else rows_of(rows)
    return lane, left + 1


def renumbered(chance: random.Random) -> Tampered:
    """One event gone and all behind it moved up, bodies and hashes too."""
    at = chance.randint(1, SIZE - 1)
    if chance.random() < 0.5:
        return rows_of([*LANE.rows[: at - 1], *(row._replace(position=row.position - 1) for row in LANE.rows[at:])]), at
    moved = [a_row(row.position - 1, text="前移") for row in LANE.rows[at:]]
    return rows_of([*LANE.rows[: at - 1], *moved]), at


def a_column_changed(chance: random.Random) -> Tampered:
    at = chance.randint(1, SIZE)
    row = LANE.rows[at - 1]
    columns = [
        {"stream": "need-x"},
        {"version": row.version + 1},
        {"event_id": "0" * 36},
        {"type": "NeedAnswered"},
        {"recorded_at": row.recorded_at + timedelta(seconds=1)},
    ]
    return rows_of(changed(at, row._replace(**chance.choice(columns)))), at  # type: ignore[arg-type]


def forked(chance: random.Random) -> Tampered:
    """Everything rewritten from a position on, tree and checkpoints too, signed with the log's own key; the witnesses saw another."""
    at = chance.randint(1, SIZE)
    rows = [*LANE.rows[: at - 1], *(a_row(row.position, text="改写") for row in LANE.rows[at - 1 :])]
    own = [claim_of(rows[:size], ()) for size in (100, 511, SIZE)]
    witnessed = [claim for claim in LANE.claims if claim.size >= at]
    return LANE.grown(rows, claims=[*own, *witnessed]), None


def a_tile_changed(chance: random.Random) -> Tampered:
    if chance.random() < 0.5:
        tile = chance.choice(list(LANE.tiles))
        return replace(LANE, tiles={each: data for each, data in LANE.tiles.items() if each != tile}), None
    edge = LANE.edge.dump()
    row = Edge.load(edge[:8] + flipped(edge[8:], chance)).rows
    return replace(LANE, edge=Edge(SIZE, row)), None


KINDS: list[Callable[[random.Random], Tampered]] = [
    a_bit_turned,
    deleted,
    swapped,
    inserted,
    cut,
    renumbered,
    a_column_changed,
    forked,
    a_tile_changed,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_tampering_is_found_at_its_first_bad_position(kind: Callable[[random.Random], Tampered]) -> None:
    chance = random.Random(kind.__name__)  # noqa: S311 - draws damage, no secrets
    for number in range(1_000 // len(KINDS) + 1):
        lane, position = kind(chance)
        found = lane.audited()
        assert found.faults, (kind.__name__, number)
        if position is not None:
            assert found.faults[0].position == position, (kind.__name__, number, found.faults[0])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 9_000), st.data())
def test_a_whole_lane_of_any_size_raises_no_alarm(size: int, data: st.DataObject) -> None:
    signed = data.draw(st.lists(st.integers(0, size), max_size=4))
    lane = a_lane(size, signed)
    behind = data.draw(st.integers(0, size))  # the tree is not yet grown over the last events
    edge = Edge().append([row.leaf_hash for row in lane.rows[:behind]])[0]
    found = replace(lane, edge=edge).audited()
    assert (found.faults, found.size, found.root, len(found.held)) == ([], size, lane.edge.root, len(signed))
    assert found.witnessed == (max(lane.claims, key=lambda claim: claim.size) if signed else None)


@pytest.mark.parametrize(
    ("size", "code"),
    [(SIZE - 1, "lane_short"), (SIZE + 1, "head_differs")],
)
def test_a_head_that_says_another_length_is_found(size: int, code: str) -> None:
    rows = [*LANE.rows, a_row(SIZE + 1)] if size > SIZE else LANE.rows[:size]
    assert [fault.code for fault in replace(LANE, rows=rows).audited().faults] == [code]


def test_an_end_that_is_cut_off_is_told_by_the_head_or_the_tree_where_no_checkpoint_is_left() -> None:
    left = LANE.rows[:600]
    for lane, source in (
        (replace(LANE.grown(left, claims=[]), head=SIZE), "the lane's head"),
        (replace(LANE, rows=left, claims=[], head=600), "the tree kept in the database"),
    ):
        (fault,) = lane.audited().faults
        assert (fault.code, fault.position, fault.details["source"]) == ("lane_short", 601, source)


def test_a_tile_above_the_leaves_is_held_against_them() -> None:
    lane = a_lane(TILE_WIDTH**2 + 1, [])
    assert lane.audited().faults == []
    changed = {**lane.tiles, Tile(1, 0): bytes(TILE_WIDTH * 32)}
    assert [(fault.code, fault.details) for fault in replace(lane, tiles=changed).audited().faults] == [
        ("tile_differs", {"path": "tile/1/000"})
    ]


def test_a_fork_is_narrowed_down_to_between_what_was_signed() -> None:
    rows = [*LANE.rows[:299], *(a_row(position, text="改写") for position in range(300, SIZE + 1))]
    found = LANE.grown(rows).audited()
    assert [(fault.code, fault.details["after"], fault.details["size"]) for fault in found.faults] == [
        ("root_differs", 256, 511),
        ("root_differs", 256, 650),
        ("root_differs", 256, SIZE),
    ]
    assert found.witnessed is not None
    assert found.witnessed.size == 256


def test_what_a_fork_would_need_is_that_nobody_kept_anything() -> None:
    rows = [a_row(position, text="改写") for position in range(1, SIZE + 1)]
    assert LANE.grown(rows, claims=[claim_of(rows, ())]).audited().faults == []  # what no audit of the log alone can see


def test_a_body_in_another_order_of_its_members_says_the_same() -> None:
    row = LANE.rows[4]
    spaced = row.body.replace(b'":"', b'": "')
    other = rewritten(row, body=spaced)
    rows = [*LANE.rows[:4], other]
    assert LANE.grown(rows, claims=[]).audited().faults == []


@pytest.mark.parametrize(
    ("member", "other"),
    [
        (b'"position":"5"', b'"position":"6"'),
        (b'"county":"430523"', b'"county":"610330"'),
        (b"/intake/430523", b"/intake/610330"),
        (b'"streamversion":1', b'"streamversion":2'),
        (b'"subject":"need-', b'"subject":"call-'),
        (b'"time":"2021', b'"time":"2022'),
        (b'"type":"NeedAccepted"', b'"type":"NeedAnswered"'),
        (b'"id":"0', b'"id":"1'),
        (b'"specversion":"1.0"', b'"specversion":"1.1"'),
        (b"{", b"["),
    ],
)
def test_a_body_that_says_another_place_is_found_even_where_tree_and_signature_agree(member: bytes, other: bytes) -> None:
    row = LANE.rows[4]
    rows = [*LANE.rows[:4], rewritten(row, body=row.body.replace(member, other, 1))]
    (fault,) = LANE.grown(rows, claims=[claim_of(rows)]).audited().faults[:1]
    assert fault.position == 5
    assert fault.code in {"envelope_differs", "column_differs", "body_unreadable"}


def test_times_and_versions_must_rise() -> None:
    def code(row: Row) -> str:
        rows = [*LANE.rows[:20], row]
        return LANE.grown(rows, claims=[]).audited().faults[0].code

    stood_still = rewritten(a_row(21), recorded_at=LANE.rows[19].recorded_at)
    body = stood_still.body.replace(b'"time":"2021-11-01T00:21:00.000000Z"', b'"time":"2021-11-01T00:20:00.000002Z"')
    assert code(rewritten(stood_still, body=body)) == "time_went_back"
    again = rewritten(a_row(21), version=4)
    assert code(rewritten(again, body=again.body.replace(b'"streamversion":3', b'"streamversion":4'))) == "version_out_of_order"


def test_a_tile_that_is_missing_or_changed_is_named_though_every_event_is_right() -> None:
    missing = replace(LANE, tiles={tile: data for tile, data in LANE.tiles.items() if tile != Tile(0, 1)}).audited()
    assert [(fault.code, fault.details["path"]) for fault in missing.faults] == [("tile_missing", "tile/0/001")]
    upper = replace(LANE, edge=Edge(SIZE, (LANE.edge.rows[0], bytes(64))))
    assert [fault.code for fault in upper.audited().faults] == ["edge_differs"]


def test_a_checkpoint_counts_only_if_the_policy_s_key_signed_it_for_this_lane() -> None:
    note = note_of(LANE.rows)
    assert signed_claim(note, policy(), ORIGIN, "x").accepted
    assert not signed_claim(note_of(LANE.rows, ()), policy(), ORIGIN, "x").accepted
    for trusted, origin, code in (
        (policy(2, OTHER_COUNTY), ORIGIN, "log_unknown"),
        (policy(), OTHER_COUNTY, "origin_unexpected"),
    ):
        with pytest.raises(ProofError, match=code):
            signed_claim(note, trusted, origin, "x")
    unsigned = note.replace(f"— {log_key().name} ".encode(), "— stranger ".encode())
    with pytest.raises(ProofError, match="log_signature_missing"):
        signed_claim(unsigned, policy(), ORIGIN, "x")
