"""Who may talk to the daemon: token, names, pages, and where it listens at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assetgen.errors import NotAllowed, SpecError, Unauthenticated
from assetgen.serve.wire.guard import LONGEST_DELAY_S, Bind, Guard, Tls, make_token
from tests.serve.wire.echo import TOKEN

TLS = Tls(Path("cert.pem"), Path("key.pem"))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["Bearer"],
        ["Bearer "],
        [TOKEN],
        [f"Basic {TOKEN}"],
        [f"Bearer {TOKEN}x"],
        [f"Bearer {TOKEN[:-1]}"],
        [f"Bearer  {TOKEN}"],
        [f"Bearer {TOKEN} "],
        ["Bearer \udcff"],
        ["Bearer ünïcode"],
        [f"Bearer {TOKEN}", f"Bearer {TOKEN}"],
    ],
)
def test_only_the_token_alone_is_the_token(values: list[str]) -> None:
    refused: list[str] = []
    guard = Guard(TOKEN, on_refused=refused.append)
    with pytest.raises(Unauthenticated) as caught:
        asyncio.run(guard.admit(values, peer="p"))
    assert refused == ["token"]
    assert TOKEN not in caught.value.message


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_right_token_passes(scheme: str) -> None:
    asyncio.run(Guard(TOKEN).admit([f"{scheme} {TOKEN}"], peer="p"))


def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing but hmac looks at the token: when it always agrees, any token passes.
    monkeypatch.setattr("assetgen.serve.wire.guard.hmac.compare_digest", lambda a, b: True)
    assert Guard(TOKEN).knows(["Bearer wrong"])


def test_five_mistakes_a_second_are_free_and_then_the_delay_grows() -> None:
    clock = Clock()
    guard = Guard(TOKEN, clock=clock)
    assert [guard.penalty_s("a") for _ in range(5)] == [0.0] * 5
    delays = [guard.penalty_s("a") for _ in range(10)]
    assert delays[0] > 0
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY_S
    assert guard.penalty_s("b") == 0.0, "another peer pays for it"
    clock.now += 60
    assert guard.penalty_s("a") == 0.0, "it is never forgiven"


def test_mistakes_at_the_free_rate_never_wait() -> None:
    clock = Clock()
    guard = Guard(TOKEN, clock=clock)
    for _ in range(100):
        clock.now += 0.2
        assert guard.penalty_s("a") == 0.0


def test_the_memory_of_mistakes_is_bounded() -> None:
    guard = Guard(TOKEN, clock=Clock())
    for number in range(5000):
        guard.penalty_s(f"peer {number}")
    assert len(guard._mistakes) <= 1024


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost", "[::1]"])
def test_names_of_this_machine_with_our_port_pass(name: str) -> None:
    Guard(TOKEN).check_host([f"{name}:50123"], port=50123)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["127.0.0.1"],
        ["127.0.0.1:50124"],
        ["127.0.0.1:050123"],
        ["evil.example:50123"],
        ["evil.example"],
        ["127.0.0.1.evil.example:50123"],
        ["localhost.:50123"],
        ["0.0.0.0:50123"],
        ["127.1:50123"],
        ["2130706433:50123"],
        ["[::ffff:127.0.0.1]:50123"],
        ["::1:50123"],
        ["user@127.0.0.1:50123"],
        ["127.0.0.1:50123", "127.0.0.1:50123"],
        ["127.0.0.1:50123", "evil.example"],
    ],
)
def test_any_other_host_is_refused(values: list[str]) -> None:
    refused: list[str] = []
    with pytest.raises(NotAllowed):
        Guard(TOKEN, on_refused=refused.append).check_host(values, port=50123)
    assert refused == ["host"]


def test_a_name_that_was_allowed_passes_with_our_port_only() -> None:
    guard = Guard(TOKEN, hosts=["Farm-7.local"])
    guard.check_host(["farm-7.local:50123"], port=50123)
    with pytest.raises(NotAllowed):
        guard.check_host(["farm-7.local:80"], port=50123)


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://127.0.0.1:50123", "http://localhost:50123", "https://evil.example", "file://"],
)
def test_any_origin_is_refused_unless_it_was_allowed(origin: str) -> None:
    refused: list[str] = []
    guard = Guard(TOKEN, origins=["http://127.0.0.1:3000"], on_refused=refused.append)
    with pytest.raises(NotAllowed):
        guard.check_origin([origin])
    with pytest.raises(NotAllowed):
        guard.check_origin(["http://127.0.0.1:3000", origin])
    assert refused == ["origin", "origin"]
    guard.check_origin([])
    guard.check_origin(["http://127.0.0.1:3000"])


@pytest.mark.parametrize("origin", ["null", "*"])
def test_nobody_can_allow_every_page(origin: str) -> None:
    with pytest.raises(SpecError):
        Guard(TOKEN, origins=[origin])


@pytest.mark.parametrize("token", ["", "short", "x" * 31, "with space" * 5, "ü" * 40, "a\nb" * 20])
def test_a_token_that_could_be_guessed_or_break_a_header_is_refused(token: str) -> None:
    with pytest.raises(SpecError, match="token"):
        Guard(token)


def test_made_tokens_are_long_and_differ() -> None:
    made = {make_token() for _ in range(50)}
    assert len(made) == 50
    assert min(map(len, made)) >= 43
    for token in made:
        Guard(token)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.0.0.2"])
def test_this_machine_alone_needs_nothing(host: str) -> None:
    assert Bind(host=host).is_loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "farm-7.local", "", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(("tls", "has_token"), [(None, False), (None, True), (TLS, False)])
def test_other_machines_are_let_in_only_with_tls_and_a_token(
    host: str, tls: Tls | None, has_token: bool
) -> None:
    with pytest.raises(SpecError, match=r"a token and TLS; give --tls-cert .*--tls-key"):
        Bind(host=host, tls=tls, has_token=has_token)
    assert not Bind(host=host, tls=TLS, has_token=True).is_loopback


def test_other_machines_may_use_the_name_and_the_address_of_this_one() -> None:
    assert Bind().host_names == ()
    names = Bind(host="farm-7.studio", tls=TLS).host_names
    assert "farm-7.studio" in names
    guard = Guard(TOKEN, hosts=names)
    guard.check_host(["Farm-7.studio:50123"], port=50123)
    for host, address in (("192.168.1.5", "192.168.1.5"), ("[fd00::5]", "fd00::5")):
        guard.check_host([f"{host}:50123"], port=50123, address=address)
        for other in (f"{host}:80", f"{host}.evil.example:50123", "192.168.1.6:50123", ":50123"):
            with pytest.raises(NotAllowed):
                guard.check_host([other], port=50123, address=address)
        with pytest.raises(NotAllowed):
            guard.check_host([f"{host}:50123"], port=50123, address="127.0.0.1")


def test_ports_are_in_range_and_differ() -> None:
    with pytest.raises(SpecError, match="out of range"):
        Bind(grpc_port=65536)
    with pytest.raises(SpecError, match="one each"):
        Bind(grpc_port=5000, http_port=5000)


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"cert\.pem"):
        Tls(tmp_path / "cert.pem", tmp_path / "key.pem").context()
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("no certificate")
    with pytest.raises(SpecError, match="belong together"):
        Tls(tmp_path / "cert.pem", tmp_path / "key.pem").context()
