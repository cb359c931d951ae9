"""`python -m bench.drill`: disasters rehearsed on a stack of its own, one JSON line per step with its seconds; 3 if anything is lost."""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench.material import command
from bench.waiting import until
from cli.exits import Exit
from cli.up import stop_on_signals
from deploy.embedded.databases import copy_database, drop_database, ensure_databases, owner_of
from deploy.embedded.issuer import load_issuer
from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack

COUNTY, TOWN = "430523", "430523100"
_PORT_BASE = 24_320
_SECONDS = 300.0
_BATCH = 500
_KILLS = 20
_BODIES = "SELECT body FROM log.events WHERE county = %s ORDER BY position"
Digests = dict[str, tuple[int, str]]
"""By service: how many events its lane has, and a digest of their bytes."""


class Drill:
    """One rehearsal: what is done is timed, what must be equal afterwards is compared."""

    def __init__(self, folder: Path, port_base: int, needs: int) -> None:
        self._data, self._pack, self._ports, self._needs = folder / "data", folder / "pack.zip", port_base, needs
        self.lost = False

    def run(self) -> None:
        """Rehearse: an older backup of one database, rebuilds that are killed, Kafka lost, and a whole deployment lost."""
        with Stack(self._data, self._ports, counties=(COUNTY,)) as stack, self._client() as http:
            self._older_backup(stack, http)
            self._killed_rebuilds()
            before = digests(stack)
        shutil.rmtree(self._data / "kafka")
        with Stack(self._data, self._ports, counties=(COUNTY,)) as stack, self._client() as http:
            self._kafka_lost(stack, http, before)
            before = digests(stack)
            report = self._reported()
            with self._step("pack"):
                self._yinuo("events", "export", "--county", COUNTY, "--out", str(self._pack))
            with self._step("verify the pack"):
                self._yinuo("events", "verify-pack", str(self._pack))
        with Stack(self._data, self._ports, counties=(COUNTY,), services=()) as stores:
            for name in SERVICES:
                drop_database(stores.postgres, name)
            ensure_databases(stores.postgres, SERVICES)
            with self._step("import the pack"):
                self._yinuo("events", "import", str(self._pack), "--apply")
            with self._step("rebuild every projection"):
                self._yinuo("rebuild", "--all", "--county", COUNTY, "--apply")
            self._compare("the whole deployment", before, digests(stores))
        with Stack(self._data, self._ports, counties=(COUNTY,)):
            positions = ",".join(f"{lane}@{position}" for lane, position in json.loads(report)["positions"].items())
            with self._step("report as of before, from the restored databases"):
                again = self._reported("--as-of", positions)
            self._equal("a report, byte for byte", report == again, {"bytes": len(report)})

    def _older_backup(self, stack: Stack, http: httpx.Client) -> None:
        with self._step("submit needs", needs=self._needs):
            self._submit(stack, http, self._needs)
        copy_database(stack.postgres, "intake", "intake_backup", owner_of("intake"))
        self._wait_ready(stack, http)
        self._submit(stack, http, self._needs)
        before = digests(stack)["intake"]
        with self._step("sign and witness"):
            until(lambda: signed(stack) >= before[0], "the checkpoint", _SECONDS)
        copy_database(stack.postgres, "intake_backup", "intake", owner_of("intake"))
        ensure_databases(stack.postgres, ("intake",))
        with self._step("notice an older backup"):
            os.kill(stack.info.pids["intake"], signal.SIGKILL)
            until(lambda: "yinuo events recover" in self._readiness(stack, http), "the service's own notice", _SECONDS)
        with self._step("recover from the topic"):
            self._yinuo("events", "recover", "intake", COUNTY, "--apply")
        with self._step("be ready again"):
            self._wait_ready(stack, http)
        self._compare("the older backup", {"intake": before}, {"intake": digests(stack)["intake"]})
        drop_database(stack.postgres, "intake_backup")

    def _killed_rebuilds(self) -> None:
        """Kill a rebuild at moments all over its course; each goes on where the last was, and the rows are those of one left alone."""
        with self._step("rebuild every projection, undisturbed"):
            began = time.perf_counter()
            alone = self._rebuilt()
            seconds = time.perf_counter() - began
        chance = random.Random(_KILLS)
        command = [sys.executable, "-m", "cli.main", "rebuild", "--all", "--county", COUNTY, "--resume", *self._place()]
        with self._step("kill a rebuild", times=_KILLS):
            for _ in range(_KILLS):
                with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                    time.sleep(chance.uniform(0.1, 0.9) * seconds)
                    process.kill()
        with self._step("resume it to its end"):
            resumed = self._rebuilt("--resume")
        self._same(f"a rebuild killed {_KILLS} times", alone, resumed)

    def _kafka_lost(self, stack: Stack, http: httpx.Client, before: Digests) -> None:
        """Bring a Kafka that has lost everything back from the logs; nobody who reads it loses anything or takes it twice."""
        self._submit(stack, http, self._needs // 10)  # published before all that came before it
        with self._step("publish every lane again"):
            self._yinuo("relay", "rewind", "--all", "--to", "0", "--apply", "--wait")
        with self._step("catch up"):
            self._submit(stack, http, self._needs // 10)
        grown = digests(stack)
        longer = all(grown[name][0] >= count for name, (count, _) in before.items())
        self._equal("Kafka lost: the logs", longer, {name: count for name, (count, _) in grown.items()})
        with self._step("hold every projection against the topics"):
            rows = self._rebuilt("--from", "kafka")
        counts = {row["projection"]: row["rows"] for row in rows}
        self._equal("Kafka lost: every read model", not any(row["differing"] for row in rows), counts)

    def _rebuilt(self, *more: str) -> list[dict[str, Any]]:
        """Rebuild everything beside the live tables, and return what was found, projection by projection."""
        command = [sys.executable, "-m", "cli.main", "rebuild", "--all", "--county", COUNTY, "--json", *more, *self._place()]
        outcome = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        return [json.loads(line) for line in outcome.stdout.splitlines()]

    def _submit(self, stack: Stack, http: httpx.Client, needs: int) -> None:
        token, url = load_issuer().issue("clerk", COUNTY), f"{stack.info.services['intake']}/v1/{COUNTY}/needs:batch"
        for start in range(0, needs, _BATCH):
            items = [{"body": {**command(), "town": TOWN}} for _ in range(min(_BATCH, needs - start))]
            http.post(url, json={"items": items}, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        settled: list[Digests] = [{}]

        def still() -> bool:
            time.sleep(1)
            settled.append(digests(stack))
            return settled[-1] == settled[-2]

        until(still, "policies to come to rest", _SECONDS)

    def _wait_ready(self, stack: Stack, http: httpx.Client) -> None:
        until(lambda: '"ready"' in self._readiness(stack, http), "intake", _SECONDS)

    @staticmethod
    def _readiness(stack: Stack, http: httpx.Client) -> str:
        try:
            return http.get(f"{stack.info.services['intake']}/readyz").text
        except httpx.HTTPError:
            return ""

    def _yinuo(self, *arguments: str) -> None:
        place = [] if arguments[1] == "verify-pack" else self._place()
        subprocess.run([sys.executable, "-m", "cli.main", *arguments, *place], stdout=sys.stderr, check=True)

    def _reported(self, *more: str) -> str:
        command = [sys.executable, "-m", "cli.main", "replay", "--county", COUNTY, "--report", "figures", "--json", *more, *self._place()]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout

    def _place(self) -> list[str]:
        return ["--data", str(self._data), "--port-base", str(self._ports)]

    def _compare(self, what: str, before: Digests, after: Digests) -> None:
        self._equal(what, before == after, {name: count for name, (count, _) in after.items()})

    def _same(self, what: str, before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> None:
        """Compare digests of rows; only lanes that nothing was written to meanwhile can be compared."""
        known = {(row["projection"], row["county"]): row for row in before}
        pairs = [(known[row["projection"], row["county"]], row) for row in after]
        pairs = [(one, other) for one, other in pairs if one["positions"] == other["positions"]]
        equal = len(pairs) == len(after) and all(one["digest"] == other["digest"] for one, other in pairs)
        self._equal(what, equal, {other["projection"]: other["rows"] for _, other in pairs})

    def _equal(self, what: str, equal: bool, counts: object) -> None:  # noqa: FBT001 - the outcome
        self.lost = self.lost or not equal
        print(json.dumps({"compared": what, "counts": counts, "equal": equal}), flush=True)

    @staticmethod
    @contextmanager
    def _step(name: str, **more: object) -> Iterator[None]:
        began = time.perf_counter()
        yield
        print(json.dumps({"step": name, "seconds": round(time.perf_counter() - began, 2), **more}), flush=True)

    @staticmethod
    def _client() -> httpx.Client:
        return httpx.Client(timeout=60, trust_env=False)  # loopback traffic must not go through a proxy of the environment


def digests(stack: Stack) -> Digests:
    """Return count and digest of every service's lane, read by who sees every county."""
    found: Digests = {}
    for name in SERVICES:
        digest, count = hashlib.sha256(), 0
        with psycopg.connect(stack.postgres.dsn(name)) as connection:
            for (body,) in connection.cursor("bodies").execute(_BODIES, [COUNTY]):
                digest.update(body + b"\n")
                count += 1
        found[name] = (count, digest.hexdigest())
    return found


def signed(stack: Stack) -> int:
    """Return the size of intake's largest checkpoint that two others have cosigned."""
    query = "SELECT coalesce(max(size), 0) FROM proof.checkpoints WHERE county = %s AND witnesses >= 2"
    with psycopg.connect(stack.postgres.dsn("intake")) as connection:
        row = connection.execute(query, [COUNTY]).fetchone()
    return int(row[0]) if row is not None else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Rehearse, and return 0; 3 where something was lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.drill", description="Rehearse disasters on a stack of its own.")
    parser.add_argument("--needs", type=int, default=5_000, help="needs before the backup, and as many after it; default %(default)s")
    parser.add_argument("--port-base", type=int, default=_PORT_BASE, help="ports are counted from here; default %(default)s")
    asked = parser.parse_args(arguments)
    stop_on_signals()
    folder = Path(tempfile.mkdtemp(prefix="yinuo-drill-"))
    folder.chmod(0o755)
    try:
        drill = Drill(folder, asked.port_base, asked.needs)
        drill.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return int(Exit.VERIFICATION_FAILED if drill.lost else Exit.OK)


if __name__ == "__main__":
    sys.exit(main())
