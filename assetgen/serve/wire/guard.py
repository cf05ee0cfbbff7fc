"""Who may talk to the daemon: where it listens, the token, the names it answers to, and how much it takes.

The threats are other people on the machine, programs that guess, and above all web pages: a browser sends requests
to 127.0.0.1 for any page, and a page whose name was rebound to 127.0.0.1 even reads the answers. So every call
carries a token that no page can know; the Host must be a name of this machine with our own port (compared with a
list, never with the Origin); and a request that admits to come from a page is refused.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assetgen.errors import NotAllowed, SpecError, Unauthenticated, Unsafe
from assetgen.serve.wire.methods import LARGEST_REQUEST

LEAST_TOKEN: Final = 32
"""Characters of a token at least."""
LONGEST_DELAY_S: Final = 5.0

_FREE_MISTAKES: Final = 5.0
_FIRST_DELAY_S: Final = 0.1
_PEERS: Final = 1024
_SCHEME: Final = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a port takes.

    Args:
        request_bytes: of one request message, as it came and unpacked.
        connections: at once, on each port.
        streams: calls at once on one HTTP/2 connection.
        head_s: seconds until the head of a request, or the handshake of HTTP/2 or TLS, must have come.
        body_s: seconds until the body of a request must have come.
        idle_s: seconds that an HTTP/1.1 connection is kept open between requests.
        line_bytes: of one header of HTTP/1.1, name and value.
    """

    request_bytes: int = LARGEST_REQUEST
    connections: int = 128
    streams: int = 32
    head_s: float = 5.0
    body_s: float = 30.0
    idle_s: float = 120.0
    line_bytes: int = 8 << 10


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate chain and its private key, as PEM files."""

    cert: Path
    key: Path

    def read(self) -> tuple[bytes, bytes]:
        """Return the bytes of both; SpecError when one cannot be read."""
        try:
            return self.cert.read_bytes(), self.key.read_bytes()
        except OSError as error:
            raise SpecError(
                f"cannot read {error.filename}: {error.strerror}; mend --tls-cert, --tls-key."
            ) from error

    def context(self) -> ssl.SSLContext:
        """Return what asyncio wants; SpecError when the files are no certificate and its key."""
        self.read()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.cert, self.key)
        except ssl.SSLError as error:
            raise SpecError(
                f"{self.cert} and {self.key} are no certificate and its key ({error.reason}); "
                "give PEM files that belong together as --tls-cert and --tls-key."
            ) from error
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """Where the daemon listens; anything but this machine alone takes TLS and a token of the user's own.

    Args:
        host: an address of this machine; `localhost` means 127.0.0.1.
        grpc_port: 0 lets the system choose.
        http_port: 0 lets the system choose.
        unix: socket file for gRPC besides, or None.
        tls: certificate and key, or None for plain text.
        has_token: whether calls must carry a token.

    Raises:
        SpecError: a port out of range, or a host that others can reach without TLS and token.
    """

    host: str = "127.0.0.1"
    grpc_port: int = 0
    http_port: int = 0
    unix: Path | None = None
    tls: Tls | None = None
    has_token: bool = True

    def __post_init__(self) -> None:
        for port in (self.grpc_port, self.http_port):
            if not 0 <= port <= 65535:
                raise SpecError(
                    f"port {port} is out of range; write 0 to 65535, where 0 lets the system choose."
                )
        if self.grpc_port == self.http_port != 0:
            raise SpecError(f"both ports are {self.grpc_port}; gRPC and HTTP need one each.")
        if not self.is_loopback and (self.tls is None or not self.has_token):
            raise Unsafe(
                f"--host {self.host} lets other machines in, which takes a token and TLS; give --tls-cert FILE and "
                "--tls-key FILE, or leave --host out to serve this machine alone."
            )

    @property
    def address(self) -> str:
        """The host as a bare address."""
        bare = self.host.strip("[]")
        return "127.0.0.1" if bare.lower() == "localhost" else bare

    @property
    def host_names(self) -> tuple[str, ...]:
        """Names besides those of loopback that may stand in Host: other machines know this one by them."""
        if self.is_loopback:
            return ()
        name = socket.gethostname().lower()
        return tuple(dict.fromkeys([self.host.lower(), name, f"{name.partition('.')[0]}.local"]))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            return False


def host_and_port(host: str, port: int) -> str:
    """Return them as they stand in a URL, IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def make_token() -> str:
    """Return 256 random bits as text that is safe in a header."""
    return secrets.token_urlsafe(32)


class Guard:
    """Checks token, Host and Origin; one for both ports.

    Args:
        token: at least 32 printable ASCII characters.
        hosts: further names that may stand in Host, each without its port.
        origins: web pages that may call, such as `http://127.0.0.1:3000`.
        clock: monotonic seconds.
        on_refused: told why, as one word, for every refusal.
        on_admitted: told of every call with the right token.
    """

    def __init__(
        self,
        token: str,
        *,
        hosts: Sequence[str] = (),
        origins: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
        on_refused: Callable[[str], None] = lambda reason: None,
        on_admitted: Callable[[], None] = lambda: None,
    ) -> None:
        if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
            raise SpecError(
                f"the token is no {LEAST_TOKEN} printable ASCII characters without spaces; make one with "
                '`python -c "import secrets; print(secrets.token_urlsafe(32))"`.'
            )
        if "null" in origins or "*" in origins:
            raise SpecError(
                'origins "null" and "*" would let every page in; name the page, with scheme and port.'
            )
        self._token = token.encode("ascii")
        self._hosts = frozenset(["127.0.0.1", "localhost", "[::1]", *(host.lower() for host in hosts)])
        self._origins = frozenset(origins)
        self._clock = clock
        self._mistakes: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.on_refused, self.on_admitted = on_refused, on_admitted

    def check_host(self, values: Sequence[str], *, port: int, address: str = "") -> None:
        """Refuse a request whose Host is not exactly one allowed name with our own port.

        Args:
            values: every Host header.
            port: our own.
            address: that the connection came in at; no name that was rebound is spelled as an address.

        Raises:
            NotAllowed: it is missing, doubled, or another name: the page was rebound to this machine.
        """
        name, _, number = values[0].lower().rpartition(":") if len(values) == 1 else ("", "", "")
        is_known = name in self._hosts or (address != "" and name in (address, f"[{address}]"))
        if not is_known or number != str(port):
            self.on_refused("host")
            raise NotAllowed("this daemon does not go by that name; call http://127.0.0.1 with its port.")

    def check_origin(self, values: Sequence[str]) -> None:
        """Refuse a request that comes from a web page, unless its origin was allowed.

        Raises:
            NotAllowed: there is an Origin that is not on the list; `null` never is.
        """
        if not self.allows(values):
            self.on_refused("origin")
            raise NotAllowed(
                "web pages may not call this daemon; use a plugin, the command line or a script."
            )

    def allows(self, origins: Sequence[str]) -> bool:
        """Return whether no page calls, or only one that may."""
        return all(origin in self._origins for origin in origins)

    async def admit(self, values: Sequence[str], *, peer: str) -> None:
        """Let a call with the right token pass at once; refuse any other, ever more slowly.

        Args:
            values: every `authorization` header of the call.
            peer: whose mistakes these are: an address without its port.

        Raises:
            Unauthenticated: the token is missing or wrong.
        """
        if self.knows(values):
            self.on_admitted()
            return
        self.on_refused("token")
        await asyncio.sleep(self.penalty_s(peer))
        raise Unauthenticated(
            "the token is missing or wrong; send `authorization: Bearer <token>` with the token of the endpoint file."
        )

    def knows(self, values: Sequence[str]) -> bool:
        """Return whether there is exactly one `authorization` header, and it has the token."""
        if len(values) != 1:
            return False
        given = values[0][len(_SCHEME) :].encode("utf-8", "surrogateescape")
        # The comparison takes the same time wherever the first difference is.
        return hmac.compare_digest(given, self._token) and values[0][: len(_SCHEME)].lower() == _SCHEME

    def penalty_s(self, peer: str) -> float:
        """Count a mistake of a peer; return how long its answer waits: five a second are free, then it doubles.

        Right tokens never wait: other programs on the machine share the address of whoever guesses.
        """
        now = self._clock()
        count, then = self._mistakes.pop(peer, (0.0, now))
        count = max(0.0, count - (now - then) * _FREE_MISTAKES) + 1.0
        self._mistakes[peer] = (count, now)
        if len(self._mistakes) > _PEERS:
            self._mistakes.popitem(last=False)
        excess = count - _FREE_MISTAKES
        return 0.0 if excess <= 0 else min(LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** min(excess - 1, 16))
