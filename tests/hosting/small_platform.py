"""Hosting as a program of its own, so that a test can kill it. Argument: settings as JSON."""

import asyncio
import signal
import sys
from pathlib import Path

import msgspec

from connectory.artifacts import ArtifactStore
from connectory.database import open_database
from connectory.durable.engine import Engine
from connectory.hosting import open_hosting, workflows
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.toolchains import Toolchains


async def main(settings: Settings, node: Path) -> None:
    directory = settings.directory
    database = open_database("", directory)
    sandbox = Sandbox.create(SandboxSettings(directory / "sandbox"))
    await sandbox.start()
    artifacts = ArtifactStore(directory / "artifacts")
    toolchains = Toolchains(directory / "toolchains", machine_node=node)
    seal = Seal.from_file(directory / "key")
    hosting = open_hosting(settings, database, seal, sandbox, artifacts, toolchains)
    engine = Engine(database, "", directory)
    for workflow in workflows(hosting):
        engine.register(workflow)
    await hosting.start()
    await hosting.restore()
    engine.launch()
    print("ready", flush=True)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await stopping.wait()
    await asyncio.to_thread(engine.stop)
    await hosting.stop()
    await sandbox.stop()
    database.close()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Settings), Path(sys.argv[2])))
