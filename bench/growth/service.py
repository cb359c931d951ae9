"""Intake's worker without its HTTP face, on a topic of its own: it relays and projects until it is ended.

`python -m bench.growth.service '{"dsn": …, "kafka": …, "topic": …, "secrets": …}'`
"""

import asyncio
import copy
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.material import COUNTY
from services.intake.main import PARTS
from services.intake.settings import Settings
from shared.contracts.intake import INTAKE
from shared.kernel.telemetry import configure_logging
from shared.kernel.worker import Worker

_PARTITIONS = 12


async def _work(plan: dict[str, Any]) -> None:
    contract = copy.copy(INTAKE)
    contract.topic = plan["topic"]
    await _make(plan["kafka"], contract.topic)
    sources = [contract if source is INTAKE else source for source in PARTS.sources]
    settings = Settings(
        environment="development",
        counties=(COUNTY,),
        database_dsn=plan["dsn"],
        kafka=plan["kafka"],
        http_port=1,
        token_issuer="none",  # noqa: S106 - nobody knocks
        token_audience="none",  # noqa: S106
        token_keys_file="none",  # noqa: S106
        sealing_key_file=Path(plan["secrets"]) / "sealing.key",
    )
    worker = await Worker.open(replace(PARTS, contract=contract, sources=sources), settings)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await worker.start()
    await stop.wait()
    await worker.stop()


async def _make(kafka: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=_PARTITIONS, replication_factor=1)])
    finally:
        await admin.close()


def main() -> None:
    """Read the plan and carry it out."""
    configure_logging("bench", "error")
    uvloop.run(_work(json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
