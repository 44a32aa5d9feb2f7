"""The child process of the demo: pymap serving one Maildir tree on loopback, out of memory.

Run as `python -m replywatch.demo.serve` by `server.ImapServer`, which speaks to it through pipes: one JSON
object comes in on stdin, the port goes out on stdout once connections are accepted, and the end of stdin means
stop. So the child ends with its parent, even if that one is killed, and no password stands in a command line.

pymap's own Maildir backend reads its whole list of UIDs for every single message and gives all dates today's
UTC offset. Its in-memory backend does neither, so the Maildir is loaded into that one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Answered, Draft, Flag, Flagged, Seen
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from replywatch.demo.maildir import folder_name
from replywatch.hosts import LOOPBACK

FLAGS = {"D": Draft, "F": Flagged, "R": Answered, "S": Seen}


def stored_messages(folder: Path) -> Iterator[AppendMessage]:
    """The messages of one Maildir folder in the order of their file names, which is that of their arrival."""
    for file in sorted((folder / "cur").iterdir()):
        letters = file.name.partition(":2,")[2]
        flags: frozenset[Flag] = frozenset(FLAGS[letter] for letter in letters if letter in FLAGS)
        arrived_at = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
        yield AppendMessage(file.read_bytes().replace(b"\n", b"\r\n"), arrived_at, flags)


async def load(mail: Mapping[str, Iterator[AppendMessage]]) -> MailboxSet:
    """The mailboxes that pymap serves: the messages of each, by name."""
    mailboxes = MailboxSet()
    for name, messages in mail.items():
        if name != "INBOX":  # which is there already
            await mailboxes.add_mailbox(name)
        mailbox = await mailboxes.get_mailbox(name)
        for message in messages:
            await mailbox.append(message)
    return mailboxes


async def serve(mail: Mapping[str, Iterator[AppendMessage]], username: str, password: str) -> None:
    """Serve `mail` to one user until stdin ends; the port is printed once it accepts."""
    config = Config(
        Namespace(proxy_protocol=None),
        host=LOOPBACK,
        port=0,
        tls_enabled=False,
        demo_data=False,
        demo_user=username,
        demo_password=password,
        hash_context=Cleartext(),  # a random password that lives for seconds; hashing it takes half of one
    )
    config.apply_context()
    login = Login(config)
    login.users_dict[username] = UserMetadata(config, username, password=password)
    config.set_cache[username] = (await load(mail), FilterSet())
    backend = DictBackend(login, config)
    answer = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    server = await asyncio.start_server(answer, LOOPBACK, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()  # without waiting for clients: whoever ended stdin wants it to end


def main() -> None:
    """Read what to serve from the first line of stdin, and serve it."""
    request = json.loads(sys.stdin.readline())
    root = Path(request["folder"])
    folders = sorted(path.parent for path in root.glob("**/cur"))
    mail = {folder_name(root, folder): stored_messages(folder) for folder in folders}
    asyncio.run(serve(mail, request["username"], request["password"]))


if __name__ == "__main__":
    main()
