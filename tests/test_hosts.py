"""This machine or another one: a password in clear may go to the one alone."""

from replywatch.hosts import LOOPBACK, is_loopback
from story import cases

HOSTS = [
    ("its usual address", LOOPBACK, True),
    ("another one of its addresses", "127.8.9.10", True),
    ("IPv6", "::1", True),
    ("its name", "localhost", True),
    ("its name in capitals, with the dot of the root", "LOCALHOST.", True),
    ("every address", "0.0.0.0", False),
    ("a private address", "192.168.0.1", False),
    ("a link's address with a zone", "fe80::1%lo", False),
    ("a name that begins so", "localhost.example.com", False),
    ("a name that ends so", "mylocalhost", False),
    ("a number that some systems take for 127.0.0.1", "2130706433", False),
    ("an address with a leading zero, which is read in two ways", "127.0.0.01", False),
    ("a name that looks like an address", "127.0.0.1.example.com", False),
    ("nothing", "", False),
]


@cases("host", "expected", rows=HOSTS)
def test_what_this_machine_is(host, expected):
    assert is_loopback(host) == expected
