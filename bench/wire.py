"""The first poll over IMAP, end to end, against a bare socket that reads the very same answers and does nothing."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Self

from letters import letters
from replywatch.sources.imap.fetch import Batches, Question, uid_set
from servers.dovecot import Delivery, Dovecot, User
from setting import Place, middle

MAILBOXES = ("INBOX", "Sent")


def fill_mailboxes(user: User, count: int) -> dict[str, int]:
    """Put `count` letters into the user's mailboxes; how many each of them got."""
    rng = Random(7)  # noqa: S311 - a made-up mailbox
    sizes = dict.fromkeys(MAILBOXES, 0)
    deliveries: dict[str, list[Delivery]] = {name: [] for name in MAILBOXES}
    for letter in letters(count, seed=1):
        deliveries[letter.mailbox].append(Delivery(letter.whole(rng), letter.at, ("\\Seen",)))
        sizes[letter.mailbox] += 1
    for name in MAILBOXES:
        user.fill(name, deliveries.pop(name))
    return sizes


def account(user: User) -> str:
    """The account's lines of the config."""
    return (
        f'type = "imap"\nhost = "{Dovecot.GOOD}"\nport = {user.server.port}\ntls = "none"\n'
        f'username = "{user.name}"\npassword = "{Dovecot.PASSWORD}"'
    )


def measure(folder: Path, messages: int, rounds: int) -> None:
    """Print how fast a first poll is, phase by phase, and a second one."""
    with Dovecot() as server:
        user = server.new_user()
        sizes = fill_mailboxes(user, messages)
        place = Place(folder / "wire", account(user))
        bare_read(user, sizes)  # now the server has its index
        bare, first, second = [], [], []
        for _ in range(rounds):
            bare.append(bare_read(user, sizes))
            first.append(place.without_store().child("poll"))
            second.append(place.child("poll"))
    _print(middle(bare), middle(first), middle(second), place.store_mb())


def bare_read(user: User, sizes: dict[str, int]) -> dict[str, float]:
    """The program's FETCH commands sent over a socket, the answers read and thrown away."""
    with _Socket(user) as imap:
        capabilities = frozenset(imap.command(b"CAPABILITY").decode().upper().split())
        question = Question(capabilities)
        octets = 0
        started = time.perf_counter()
        for name, size in sizes.items():
            imap.command(b"EXAMINE " + name.encode())
            for batch in Batches().of(range(1, size + 1), question.room):
                octets += imap.skip(f"UID FETCH {uid_set(batch)} {question.items}".encode())
        return {"seconds": time.perf_counter() - started, "octets": octets, "messages": sum(sizes.values())}


class _Socket:
    """A logged-in connection."""

    def __init__(self, user: User) -> None:
        self._socket = socket.create_connection((Dovecot.GOOD, user.server.port), timeout=60)
        self._socket.recv(1 << 16)
        self._buffer = bytearray(1 << 18)
        self.command(f'LOGIN {user.name} "{Dovecot.PASSWORD}"'.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def command(self, words: bytes) -> bytes:
        """The whole answer to a command."""
        self._socket.sendall(b"T1 " + words + b"\r\n")
        answer = b""
        while not _is_end(answer):
            answer += self._socket.recv(1 << 16)
        return answer

    def skip(self, words: bytes) -> int:
        """How many octets the answer to a command has."""
        self._socket.sendall(b"T1 " + words + b"\r\n")
        view, octets, tail = memoryview(self._buffer), 0, b""
        while not _is_end(tail):
            got = self._socket.recv_into(view)
            octets += got
            tail = (tail + view[max(0, got - 200) : got])[-200:]
        return octets


def _is_end(answer: bytes) -> bool:
    """Whether `answer` ends with the tagged line."""
    return answer.endswith(b"\r\n") and answer[:-2].rpartition(b"\r\n")[2].startswith(b"T1 OK")


def _print(bare: dict[str, float], first: dict[str, float], second: dict[str, float], store_mb: float) -> None:
    count = first["messages"]
    print(f"First poll of {count:,.0f} messages over IMAP (Dovecot, loopback, its index warm)")
    print(f"  {'':22}{'messages/s':>12}{'µs/message':>12}{'share of bare':>15}")
    rows: Sequence[tuple[str, float]] = [
        ("bare socket", bare["seconds"]),
        ("first poll", first["all"]),
        *((f"  {phase}", first[phase]) for phase in ("fetch", "store", "read", "match")),
    ]
    for name, seconds in rows:
        speed = f"{count / seconds:>12,.0f}{seconds / count * 1e6:>12.1f}"
        print(f"  {name:22}{speed}" + ("" if name.startswith(" ") else f"{bare['seconds'] / seconds:>15.1%}"))
    print(f"  {'processor time alone':22}{'':>12}{first['processor'] / count * 1e6:>12.1f}")
    print(f"  on the wire {bare['octets'] / count:,.0f} octets, in the store {store_mb * 1e6 / count:,.0f} a message")
    print(f"Second poll, nothing new: {second['all'] * 1000:,.0f} ms")
