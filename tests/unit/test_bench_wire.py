"""The load generator: whole answers, new keys, and no speed without success."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from subprocess import CalledProcessError

import pytest

from bench.http.calls import RefusedError, Target, sample
from bench.http.wire import Wire, connect, request

Answer = Callable[[bytes], list[bytes]]
CREATED = b'HTTP/1.1 201 Created\r\nContent-Length: 15\r\nX: y\r\n\r\n{"position":"7"'


@asynccontextmanager
async def a_server(answer: Answer) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Yield the port of a server that answers each request with pieces, and the requests it got."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                got.append(head + await reader.readexactly(length))
                for piece in answer(got[-1]):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], got
    finally:
        server.close()


async def test_an_answer_counts_when_it_is_whole() -> None:
    answers: list[tuple[int, bytes]] = []
    wire = Wire(lambda _, status, body: answers.append((status, body)))
    for cut in (3, 30, 60, len(CREATED) - 1):
        wire.data_received(CREATED[:cut])
        assert answers == []
        wire.data_received(CREATED[cut:])
        assert answers.pop() == (201, b'{"position":"7"')


async def test_an_answer_in_pieces_is_one_answer_and_the_connection_stays() -> None:
    answers: list[tuple[int, bytes]] = []
    both = asyncio.Event()

    def answered(wire: Wire, status: int, body: bytes) -> None:
        answers.append((status, body))
        if len(answers) == 1:
            wire.send(request("/needs", 1, b"{}"))
        else:
            both.set()

    async with a_server(lambda _: [CREATED[:3], CREATED[3:40], CREATED[40:]]) as (port, got):
        wire = await connect(port, answered)
        wire.send(request("/needs", port, b"{}"))
        await asyncio.wait_for(both.wait(), 5)
        wire.close()
        await wire.lost
    assert answers == [(201, b'{"position":"7"')] * 2
    assert len(got) == 2


async def test_every_request_of_a_sample_has_a_key_of_its_own_and_is_counted_once_answered() -> None:
    async with a_server(lambda _: [CREATED]) as (port, got):
        rate = await asyncio.to_thread(
            sample, Target(port, "/v1/x/needs", {"Authorization": "Bearer t"}, keyed=True), connections=3, seconds=0.3
        )
    keys = [part.split(b"\r\n")[0] for part in b"".join(got).split(b"Idempotency-Key: ")[1:]]
    assert rate > 0
    assert len(keys) == len(got) > 3
    assert len(set(keys)) == len(keys)
    assert all(b"Authorization: Bearer t" in one for one in got)


async def test_a_server_that_refuses_gives_no_figure() -> None:
    refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\n\r\nnope"
    refused_once = iter([refusal])
    async with a_server(lambda _: [next(refused_once, CREATED)]) as (port, _):
        with pytest.raises(RefusedError, match=r"403.*nope"):
            await asyncio.to_thread(sample, Target(port, "/needs"), connections=2, seconds=0.2)


async def test_a_server_that_is_not_there_gives_no_figure(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CalledProcessError):
        await asyncio.to_thread(sample, Target(1, "/needs"), connections=1, seconds=0.1)
    assert "ConnectionRefusedError" in capfd.readouterr().err
