"""A provider of logins on loopback (RFC 6749, 8628, 7662): real HTTP and TLS, invented people, faults on demand."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import socket
import ssl
import tempfile
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from servers.certificates import Authority

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
LONG = "x" * 3000
"""Part of every token: real ones are 2 to 4 KB."""


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


Fault = Said | Callable[[socket.socket], None]
"""What is answered instead of the truth; a function gets the connection."""


class Provider:
    """The server, over TLS and in clear. Use as a context manager; `CLIENT` and `SECRET` are registered."""

    CLIENT = "replywatch-client"
    SECRET = "cl1ent-Secret-of-the-registration"

    def __init__(self, authority: Authority, *names: str) -> None:
        """`names` are those in the certificate; by default the right ones."""
        self.lives = 3600
        """Seconds that access tokens live; None: it isn't said."""
        self.interval = 5
        self.rotates = True
        self.wants_secret = False
        self.requests: list[tuple[str, dict[str, str]]] = []
        """Path and fields of every request, in order of arrival."""
        self.lends: dict[str, str] = {}
        """Member → shared mailbox that tokens of the member open."""
        self.issued: list[str] = []
        """Everything secret that was ever issued."""
        self._numbers = itertools.count(1)
        self._access: dict[str, str] = {}
        self._refresh: dict[str, str] = {}
        self._codes: dict[str, tuple[str, dict[str, str]]] = {}
        self._devices: dict[str, list[str]] = {}
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(suffix=".pem") as pem:
            pem.write(authority.issue(*(names or ("localhost", "127.0.0.1"))))
            pem.flush()
            context.load_cert_chain(pem.name)
        self._servers = [_Server(self, None), _Server(self, context)]
        self.plain = f"http://127.0.0.1:{self._servers[0].server_address[1]}"
        self.port = self._servers[1].server_address[1]
        self.url = f"https://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=s.serve_forever, args=(0.02,)) for s in self._servers]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    # What people do.

    def approve(self, user_code: str, user: str) -> None:
        """`user` types the code."""
        self._devices[user_code][1] = user

    def deny(self, user_code: str) -> None:
        """Somebody types the code and says no."""
        self._devices[user_code][1] = "-"

    def revoke(self, user: str) -> None:
        """`user` takes all logins back."""
        for tokens in (self._access, self._refresh):
            for token in [t for t, owner in tokens.items() if owner == user]:
                del tokens[token]

    def expire(self, user: str) -> None:
        """The access tokens of `user` end before their time."""
        for token in [t for t, owner in self._access.items() if owner == user]:
            del self._access[token]

    def log_in(self, user: str) -> dict[str, Any]:
        """The tokens that `user` would get."""
        return self._issue(user)

    def answer_next(self, path: str, *faults: Fault) -> None:
        """Answer the next requests for `path` so, whatever they are."""
        self._faults[path].extend(faults)

    def asked(self, path: str = "/token") -> list[dict[str, str]]:
        """The fields of the requests for `path`."""
        return [fields for where, fields in self.requests if where == path]

    # What the server does.

    def fault(self, path: str) -> Fault | None:
        return self._faults[path].popleft() if self._faults[path] else None

    def answer(self, path: str, fields: dict[str, str]) -> Said:
        with self._lock:
            self.requests.append((path, fields))
            if path == "/introspect":
                return self._introspect(fields)
            if fields.get("client_id") != self.CLIENT:
                return _no("invalid_client")
            if path == "/authorize":
                return self._authorize(fields)
            if self.wants_secret and fields.get("client_secret") != self.SECRET:
                return _no("invalid_client", "AADSTS7000218: The request body must contain a client_secret")
            return {"/device": self._device, "/token": self._token}[path](fields)

    def _introspect(self, fields: dict[str, str]) -> Said:
        user = self._access.get(fields.get("token", ""))
        if user is None:
            return _json({"active": False})
        return _json({"active": True, "username": self.lends.get(user, user), "scope": "mail"})

    def _device(self, fields: dict[str, str]) -> Said:
        number = next(self._numbers)
        code, user_code = self._secret("device-code"), f"WDJB-{number:04}"
        self._devices[user_code] = [code, ""]
        return _json(
            {
                "device_code": code,
                "user_code": user_code,
                "verification_uri": "https://login.example/device",
                "expires_in": 900,
                "interval": self.interval,
            }
        )

    def _authorize(self, fields: dict[str, str]) -> Said:
        """Whoever comes is `login_as`, and agrees."""
        code = self._secret("code")
        self._codes[code] = (fields.get("login_as", ""), fields)
        query = urlencode({"code": code, "state": fields["state"]})
        return Said(302, b"", (("Location", f"{fields['redirect_uri']}/?{query}"),))

    def _token(self, fields: dict[str, str]) -> Said:
        grants = {
            "refresh_token": self._renew,
            "client_credentials": self._app,
            "authorization_code": self._exchange,
            DEVICE: self._typed,
        }
        return grants[fields["grant_type"]](fields)

    def _renew(self, fields: dict[str, str]) -> Said:
        user = self._refresh.get(fields["refresh_token"])
        if user is None:
            return _no("invalid_grant", "AADSTS70000: The provided grant has expired or was revoked.")
        if self.rotates:
            del self._refresh[fields["refresh_token"]]
        return _json(self._issue(user, renews=self.rotates))

    def _app(self, fields: dict[str, str]) -> Said:
        if fields.get("client_secret") != self.SECRET:
            return _no("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        return _json(self._issue(f"app:{self.CLIENT}", renews=False))

    def _exchange(self, fields: dict[str, str]) -> Said:
        user, asked = self._codes.pop(fields["code"], ("", {}))
        digest = base64.urlsafe_b64encode(hashlib.sha256(fields["code_verifier"].encode()).digest())
        same = fields["redirect_uri"] == asked.get("redirect_uri")
        same &= digest.decode().rstrip("=") == asked.get("code_challenge")
        return _json(self._issue(user)) if user and same else _no("invalid_grant", "wrong code, address or verifier")

    def _typed(self, fields: dict[str, str]) -> Said:
        user = next((user for code, user in self._devices.values() if code == fields["device_code"]), "-")
        if user in ("", "-"):
            return _no("access_denied" if user else "authorization_pending")
        return _json(self._issue(user))

    def _issue(self, user: str, *, renews: bool = True) -> dict[str, Any]:
        access = self._secret("access")
        self._access[access] = user
        answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "scope": "changed by the provider"}
        if self.lives is not None:
            answer["expires_in"] = self.lives
        if renews:
            answer["refresh_token"] = refresh = self._secret("refresh")
            self._refresh[refresh] = user
        return answer

    def _secret(self, kind: str) -> str:
        secret = f"{kind}-{next(self._numbers)}-{LONG}-{kind}"
        self.issued.append(secret)
        return secret


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, provider: Provider, context: ssl.SSLContext | None) -> None:
        self.provider = provider
        self.context = context
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:  # without the look-up of the host's name
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is None:
            super().finish_request(request, client_address)
            return
        with self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away, or does not trust us, is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 20

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(dict(parse_qsl(body)))

    def do_GET(self) -> None:
        self._answer({k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})

    def _answer(self, fields: dict[str, str]) -> None:
        path = urlsplit(self.path).path
        said = self.server.provider.fault(path)
        if callable(said):
            self.server.provider.requests.append((path, fields))
            said(self.connection)
            return
        if said is None:
            said = self.server.provider.answer(path, fields)
        else:
            self.server.provider.requests.append((path, fields))
        self.send_response(said.status)
        for name, value in (*said.headers, ("Content-Length", str(len(said.body))), ("Connection", "close")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said.body)

    def log_message(self, *arguments: object) -> None:
        pass


def _json(value: dict[str, Any], status: int = 200) -> Said:
    return Said(status, json.dumps(value).encode(), (("Content-Type", "application/json"),))


def _no(error: str, description: str = "") -> Said:
    return _json({"error": error, "error_description": description}, 400)


def refusal(error: str, description: str = "") -> Said:
    """An error of RFC 6749, section 5.2."""
    return _no(error, description)


def says(value: object) -> Said:
    """This JSON, whatever it is."""
    return Said(200, json.dumps(value).encode(), (("Content-Type", "application/json"),))
