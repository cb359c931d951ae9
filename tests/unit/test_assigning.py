"""Which partitions consumers take: those with lanes in them, each once, a county's lanes of all topics in one process."""

from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.assigning import partition_of, taking

COUNTIES = st.from_regex(r"[0-9]{6}", fullmatch=True)
TOPICS = ("intake.events.v1", "projects.events.v1", "scoring.events.v1")
PARTITIONS = 12


class Cluster:
    def __init__(self, *topics: str) -> None:
        self.topics = topics

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(PARTITIONS)) if topic in self.topics else None


def assigned(served: Mapping[str, tuple[str, ...]], cluster: Cluster) -> dict[str, dict[str, list[int]]]:
    """Return what each member is given, as the group's leader decides it."""
    members = {member: taking(counties).metadata(TOPICS) for member, counties in served.items()}
    leader: Any = taking(next(iter(served.values())))
    return {member: dict(found.assignment) for member, found in leader.assign(cluster, members).items()}


@given(COUNTIES, st.integers(1, 50))
def test_a_county_s_partition_is_where_producers_put_its_lane(county: str, partitions: int) -> None:
    everywhere = list(range(partitions))
    assert DefaultPartitioner()(county.encode(), everywhere, everywhere) == partition_of(county, partitions)


@given(st.lists(st.lists(COUNTIES, max_size=4).map(tuple), min_size=1, max_size=4))
def test_every_lane_is_taken_by_one_member_and_nothing_else_is(served: list[tuple[str, ...]]) -> None:
    given = assigned({f"member-{number}": counties for number, counties in enumerate(served)}, Cluster(*TOPICS))
    inhabited = sorted({partition_of(county, PARTITIONS) for counties in served for county in counties})
    for topic in TOPICS:
        assert sorted(partition for partitions in given.values() for partition in partitions.get(topic, [])) == inhabited
    for partitions in given.values():
        assert len({tuple(partitions.get(topic, [])) for topic in TOPICS}) == 1


def test_a_county_is_taken_with_the_first_member_that_serves_it() -> None:
    given = assigned({"old": ("430523",), "new": ("430523", "610330")}, Cluster(*TOPICS))
    taken = {partition for partitions in given.values() for partition in partitions[TOPICS[0]]}
    assert taken == {partition_of("430523", PARTITIONS), partition_of("610330", PARTITIONS)}


@pytest.mark.parametrize("cluster", [Cluster(), Cluster(TOPICS[0])])
def test_a_topic_that_is_not_there_yet_is_left_out(cluster: Cluster) -> None:
    (given,) = assigned({"only": ("430523",)}, cluster).values()
    assert sorted(topic for topic, partitions in given.items() if partitions) == sorted(cluster.topics)
