"""Which partitions a group's consumers take: those that counties' lanes are in, a county's lanes of all topics in one process."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from aiokafka.partitioner import murmur2

if TYPE_CHECKING:
    from aiokafka.cluster import ClusterMetadata
    from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment


def partition_of(county: str, partitions: int) -> int:
    """Return the partition a county's lane is in: that of its code as a key, as every Kafka client reckons it."""
    position: int = murmur2(county.encode()) & 0x7FFFFFFF
    return position % partitions


def taking(counties: Iterable[str]) -> type[RangePartitionAssignor]:
    """Return the assignor of a member that serves these counties.

    A fetch names every partition it asks for and is answered for each: asking for twelve of a topic where two hold lanes
    costs consumers and broker several times over. What members serve is in their metadata: the group takes what any of them
    serves, so a county that is added comes in with the first member that knows it.
    """
    return type("Taking", (_Counties,), {"own": tuple(sorted(counties))})


class _Counties(RangePartitionAssignor):  # type: ignore[misc]  # aiokafka has no types
    name = "counties"
    own: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def metadata(cls, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        return ConsumerProtocolMemberMetadata(cls.version, sorted(topics), ",".join(cls.own).encode())

    @classmethod
    def assign(
        cls, cluster: "ClusterMetadata", members: "Mapping[str, ConsumerProtocolMemberMetadata]"
    ) -> "dict[str, ConsumerProtocolMemberAssignment]":
        counties = {county for member in members.values() for county in member.user_data.decode().split(",") if county}
        found: dict[str, ConsumerProtocolMemberAssignment] = super().assign(_Inhabited(cluster, counties), members)
        return found


class _Inhabited:
    """The cluster as if topics had no partitions but those that some county's lane is in."""

    def __init__(self, cluster: "ClusterMetadata", counties: Collection[str]) -> None:
        self._cluster = cluster
        self._counties = counties

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        partitions: set[int] | None = self._cluster.partitions_for_topic(topic)
        return partitions and partitions & {partition_of(county, len(partitions)) for county in self._counties}
