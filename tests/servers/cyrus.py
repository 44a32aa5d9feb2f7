"""A real Cyrus 3 as a child process on loopback, out of the tree that .ci/servers unpacked."""

from __future__ import annotations

import imaplib
import os
import subprocess

from servers.child import HOST, START_SECONDS, ChildServer, MailUser, libraries, unpacked

PASSWORD = "s3cret-Horse-Battery"

_IMAPD = """
configdirectory: {root}/conf
defaultpartition: default
partition-default: {root}/spool
servername: localhost
cyrus_user: {user}
cyrus_group: {group}
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {root}/sasldb2
sasl_mech_list: PLAIN
allowplaintext: yes
autocreate_users: anyone
autocreate_post: yes
autocreate_quota: 0
unixhierarchysep: yes
altnamespace: yes
munge8bit: no
failedloginpause: 0
tls_server_cert: {root}/server.pem
tls_server_key: {root}/server.pem
"""
_MASTER = """
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {root}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {root}/imapd.conf" listen="{host}:{port}" prefork=1
  imaps cmd="{programs}/imapd -s -C {root}/imapd.conf" listen="{host}:{tls_port}" prefork=1
}}
EVENTS {{
}}
"""


class Cyrus(ChildServer):
    """A running server."""

    name = "cyrus"

    def new_user(self) -> CyrusUser:
        """A user nobody has used before, with an empty INBOX."""
        user = CyrusUser(self, f"user{next(self._numbers)}")
        command = [str(unpacked("cyrus") / "usr/sbin/saslpasswd2"), "-p", "-c", "-u", "localhost"]
        subprocess.run(
            [*command, "-f", str(self.root / "sasldb2"), user.name],
            input=PASSWORD.encode(),
            env=os.environ | self._environment(),
            check=True,
        )
        os.chown(self.root / "sasldb2", *self.owner)
        return user

    def _start(self) -> None:
        programs = unpacked("cyrus") / "usr/lib/cyrus/bin"
        for folder in ("conf", "conf/socket", "spool"):
            (self.root / folder).mkdir(mode=0o755)
            os.chown(self.root / folder, *self.owner)
        self._write_certificate()
        user, group = self.owner_names
        words = {"root": self.root, "programs": programs, "host": HOST, "port": self.port, "tls_port": self.tls_port}
        (self.root / "imapd.conf").write_text(_IMAPD.format(user=user, group=group, **words))
        (self.root / "cyrus.conf").write_text(_MASTER.format(**words))
        files = ["-C", "imapd.conf", "-M", "cyrus.conf", "-p", "pid", "-L", "master.log"]
        arguments = [word if word.startswith("-") else str(self.root / word) for word in files]
        self._run(str(programs / "master"), *arguments, "-D", **self._environment())

    @staticmethod
    def _environment() -> dict[str, str]:
        plugins = next(unpacked("cyrus").glob("usr/lib/*/sasl2/libsasldb.so*")).parent
        return libraries("cyrus") | {"SASL_PATH": str(plugins)}


class CyrusUser(MailUser):
    """A user of the server."""

    def __init__(self, server: Cyrus, name: str) -> None:
        self.server = server
        self.name = name

    def connect(self) -> imaplib.IMAP4:
        """A logged-in connection of another mail program; the caller logs out."""
        client = imaplib.IMAP4(HOST, self.server.port, timeout=START_SECONDS)
        try:
            client.login(self.name, PASSWORD)
        except imaplib.IMAP4.error:
            client.shutdown()
            raise
        return client

    def account(self) -> dict[str, object]:
        """The keys of an account in the config."""
        return {
            "type": "imap",
            "host": HOST,
            "port": self.server.tls_port,
            "ca_file": str(self.server.ca_file),
            "username": self.name,
            "password": PASSWORD,
        }

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Path → (content, mtime in ns) of every message in the spool; Cyrus keeps flags in an index beside them."""
        spool = self.server.root / "spool"
        paths = (p for p in spool.rglob("*.") if p.name[:-1].isdigit())
        return {str(p.relative_to(spool)): (p.read_bytes(), p.stat().st_mtime_ns) for p in paths}
