"""The delivery of messages as a program of its own, so that a test can kill it. Arguments: the data
directory, and the port at which every application is reached."""

import asyncio
import sys
from pathlib import Path

from tests.hosting.topics.receiver import Doors, Receiver

from connectory.database import open_database
from connectory.hosting.backends import Door
from connectory.hosting.logbook import LogBook
from connectory.hosting.topics import Topics
from connectory.settings import Settings


async def main(directory: Path, port: int) -> None:
    database = open_database("", directory)
    receiver = Receiver()
    receiver.door = Door(("127.0.0.1", port))
    topics = Topics(Settings(), database, Doors(app=receiver), LogBook(database, 30))
    await topics.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
