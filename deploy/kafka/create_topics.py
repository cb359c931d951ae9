"""Creates the topics of `topics.yml` on a broker, and refuses a broker whose topics have another shape."""

import asyncio
import os
import sys
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

TOPICS_FILE = Path(__file__).with_name("topics.yml")


class Topic(BaseModel):
    """One topic as it is to be created; its configuration values are Kafka's own, written as text or numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    name: str = Field(pattern=r"^[a-z0-9.-]+$")
    partitions: int = Field(gt=0)
    replication_factor: int = Field(gt=0)
    config: dict[str, str] = {}


class TopicsDifferError(RuntimeError):
    """The broker has a topic with another number of partitions: keys would land elsewhere than before."""


def read_topics(file: Path = TOPICS_FILE) -> list[Topic]:
    """Read the topics listed in a YAML file; pydantic's ValidationError names the entry that is wrong."""
    return TypeAdapter(list[Topic]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))


async def create_topics(bootstrap: str, replication_factor: int | None = None) -> None:
    """Create every topic that the broker does not have yet; repeating it changes nothing.

    `bootstrap` is `host:port`, several separated by commas. `replication_factor` overrides the file's, for a broker that
    stands alone. Raises `TopicsDifferError` if a topic exists with another number of partitions, and aiokafka's `KafkaError` if
    the broker cannot be reached or refuses.
    """
    topics = read_topics()
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        response = await admin.create_topics(
            [NewTopic(t.name, t.partitions, replication_factor or t.replication_factor, topic_configs=t.config) for t in topics]
        )
        for name, code, message in response.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(f"{name}: {message or 'refused'}")
        existing = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics([t.name for t in topics])}
    finally:
        await admin.close()
    # A topic created a moment ago may not be in the metadata yet: only what is there can differ.
    for topic in topics:
        found = existing.get(topic.name, 0)
        if found not in (0, topic.partitions):
            raise TopicsDifferError(
                f"{topic.name} has {found} partitions instead of {topic.partitions}: growth is a new topic and a cut-over"
            )


def main() -> int:
    """Create the topics on `YINUO_KAFKA`, with `YINUO_KAFKA_REPLICATION` copies if set; exit code 7 and a sentence if that fails."""
    bootstrap = os.environ.get("YINUO_KAFKA", "")
    copies = os.environ.get("YINUO_KAFKA_REPLICATION", "")
    if not bootstrap or (copies and not copies.isdigit()):
        sys.stderr.write("YINUO_KAFKA must name the broker as host:port, YINUO_KAFKA_REPLICATION (optional) a number of copies.\n")
        return 2
    try:
        asyncio.run(create_topics(bootstrap, int(copies) if copies else None))
    except (KafkaError, TopicsDifferError) as failure:
        sys.stderr.write(f"The topics could not be created on {bootstrap}: {failure}\n")
        return 7
    return 0


if __name__ == "__main__":
    sys.exit(main())
