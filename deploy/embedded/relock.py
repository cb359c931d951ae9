"""Makes `kafka.lock` anew: resolves Kafka's jars with all they need, fetches them, and lists their SHA-256."""

import tempfile
from pathlib import Path

import jgo

from deploy.embedded.jars import KAFKA_VERSION, LOCK_FILE, Jar, fetch, sha256_of

# kafka-clients must be named: left to resolution, an older one is chosen and the broker dies.
_ENDPOINT = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.apache.kafka:kafka-clients:{KAFKA_VERSION}"
    "+org.apache.logging.log4j:log4j-slf4j-impl:2.25.1"
)
_HEADER = f"""\
# The jars of Apache Kafka {KAFKA_VERSION} and all they need, with the SHA-256 of each: `sha256  group:artifact:version`.
# Made by `python -m deploy.embedded.relock`; a file with other bytes is never put on the class path.
"""


def main() -> None:
    """Write the list, sorted by coordinates. Whoever commits it vouches for the bytes fetched today."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for artifact in jgo.resolve(_ENDPOINT):
            jar = Jar(artifact.groupId, artifact.artifactId, artifact.version, sha256="")
            lines.append(f"{sha256_of(fetch(jar, Path(folder)))}  {jar.group}:{jar.artifact}:{jar.version}\n")
    lines.sort(key=lambda line: line.split()[1])
    LOCK_FILE.write_text(_HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
