"""The private Redis under the parent: killed, it is back at once, and the bus heals by itself."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ctiserver.bus.redis_bus import RedisBus

REPOSITORY = Path(__file__).parents[2]

PARENT = """
import sys
from pathlib import Path
from ctiserver.app.child import redis_spec
from ctiserver.app.parent import Parent
folder = Path(sys.argv[1])
sys.exit(Parent([redis_spec(folder / "redis.sock", folder)]).run())
"""


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.01)


@pytest.mark.integration
def test_a_killed_redis_is_back_within_five_seconds_and_messages_flow_again() -> None:
    with TemporaryDirectory(prefix="redis-") as folder:
        log = Path(folder) / "log"
        with log.open("w") as output:
            parent = subprocess.Popen(
                [sys.executable, "-c", PARENT, folder],
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
                stdout=output,
            )

        def redis_pids() -> list[int]:
            return [int(pid) for pid in re.findall(r"pid.*?=.*?(\d+)\b", log.read_text())]

        async def scenario() -> None:
            bus, seen, connections = RedisBus(f"unix://{folder}/redis.sock"), [], []
            bus.when_connected(lambda: connections.append(time.monotonic()))
            await bus.start()
            await bus.subscribe("topic", lambda _, body: seen.append(body))
            await until(lambda: connections)
            bus.publish("topic", b"before")
            await until(lambda: seen == [b"before"])
            killed_at = time.monotonic()
            os.kill(redis_pids()[0], signal.SIGKILL)
            await until(lambda: len(connections) == 2)
            assert connections[1] - killed_at < 5
            bus.publish("topic", b"after")
            await until(lambda: seen == [b"before", b"after"])
            await bus.stop()

        try:
            asyncio.run(scenario())
            parent.terminate()
            assert parent.wait(30) == 0
            assert not any(Path(f"/proc/{pid}").exists() for pid in redis_pids())
        finally:
            parent.kill()
            parent.wait()
