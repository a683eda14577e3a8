"""Signatures and credentials: what is accepted is true, by other implementations too."""

import base64
import subprocess
from datetime import UTC, datetime
from shutil import which
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from jofi_async import ConfigurationError
from jofi_async.webhooks import BasicAuth, Delivery, DeliveryRefusedError, HmacSignature, Refusal, Scheme
from tests.webhooks.support import HEADER, NOW, SCHEMES, SECRET, aged_signature, body_of, now, plain_signature

BODY = body_of()
SIGNATURES = [name for name in SCHEMES if name != "basic"]


def verified(scheme: Scheme, body: bytes, headers: dict[str, str] | list[tuple[str, str]]) -> bytes | Refusal:
    try:
        return scheme.verify(Delivery.of(body, headers))
    except DeliveryRefusedError as error:
        return error.refusal


@pytest.mark.parametrize("name", SCHEMES)
@given(body=st.binary(max_size=200))
@settings(max_examples=settings().max_examples // 4)
def test_what_is_signed_is_verified(name: str, body: bytes) -> None:
    assert verified(SCHEMES[name], body, SCHEMES[name].sign(body)) == body


@pytest.mark.parametrize("name", SIGNATURES)
@given(body=st.binary(max_size=50), other=st.binary(max_size=50))
@settings(max_examples=settings().max_examples // 4)
def test_a_signature_of_another_body_is_forged(name: str, body: bytes, other: bytes) -> None:
    if body != other:
        assert verified(SCHEMES[name], body, SCHEMES[name].sign(other)) is Refusal.FORGED


@pytest.mark.parametrize("name", SIGNATURES)
@given(place=st.integers(0, 2**30), bit=st.integers(0, 7))
@settings(max_examples=settings().max_examples // 4)
def test_one_bit_decides(name: str, place: int, bit: int) -> None:
    changed = bytearray(BODY)
    changed[place % len(BODY)] ^= 1 << bit
    assert verified(SCHEMES[name], bytes(changed), SCHEMES[name].sign(BODY)) is Refusal.FORGED


@given(digits=st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_guess_is_forged(digits: str) -> None:
    assert verified(plain_signature(), BODY, {HEADER: digits}) is Refusal.FORGED


@pytest.mark.skipif(which("openssl") is None, reason="openssl is missing: install the Debian package openssl")
@pytest.mark.parametrize(("algorithm", "encoding"), [("sha1", "hex"), ("sha256", "hex"), ("sha512", "base64")])
def test_openssl_signs_alike(algorithm: str, encoding: Any) -> None:
    for body in (BODY, b"", "ü\n\0".encode()):
        command = ["openssl", "dgst", f"-{algorithm}", "-hmac", SECRET, "-binary"]
        digest = subprocess.run(command, input=body, capture_output=True, check=True).stdout
        signature = digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()
        scheme = plain_signature(algorithm=algorithm, encoding=encoding)
        assert scheme.sign(body) == {HEADER: signature}
        assert verified(scheme, body, {HEADER: signature}) == body


def standard_scheme(secret: bytes) -> HmacSignature:
    """The settings of standardwebhooks.com."""
    return HmacSignature(
        secrets=secret,
        header="webhook-signature",
        encoding="base64",
        prefix="v1,",
        signs="{webhook-id}.{webhook-timestamp}.{body}",
        timestamp="webhook-timestamp",
    )


@given(secret=st.binary(min_size=1, max_size=64), text=st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
@settings(max_examples=settings().max_examples // 4)
def test_an_independent_implementation_agrees_both_ways(secret: bytes, text: str) -> None:
    theirs, ours = Webhook(base64.b64encode(secret).decode()), standard_scheme(secret)
    moment = datetime.now(UTC).replace(microsecond=0)
    identity = {"webhook-id": "msg_1", "webhook-timestamp": str(int(moment.timestamp()))}
    signed = {**identity, "webhook-signature": theirs.sign("msg_1", moment, text)}
    assert verified(ours, text.encode(), signed) == text.encode()
    assert ours.sign(text.encode(), identity) == signed
    wire = '{"text": 1}'
    assert theirs.verify(wire, ours.sign(wire.encode(), identity)) == {"text": 1}


@pytest.mark.parametrize("secret", ["new", "old"])
def test_while_a_secret_is_rotated_both_are_accepted(secret: str) -> None:
    receiver = plain_signature(secrets=["new", b"old"])
    assert verified(receiver, BODY, plain_signature(secrets=secret).sign(BODY)) == BODY
    assert receiver.sign(BODY) == plain_signature(secrets="new").sign(BODY)
    assert verified(receiver, BODY, plain_signature(secrets="older").sign(BODY)) is Refusal.FORGED


SIGNATURE = plain_signature().sign(BODY)[HEADER]


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({}, Refusal.UNSIGNED),
        ({"x-other": SIGNATURE}, Refusal.UNSIGNED),
        ({HEADER: ""}, Refusal.FORGED),
        ({HEADER: SIGNATURE[:-1]}, Refusal.FORGED),
        ({HEADER: SIGNATURE + "0"}, Refusal.FORGED),
        ({HEADER: f"{SIGNATURE},{SIGNATURE}"}, Refusal.FORGED),
        ({HEADER: f"sha256={SIGNATURE}"}, Refusal.FORGED),
        ({HEADER: " ".join(SIGNATURE)}, Refusal.FORGED),
        ({HEADER: base64.b64encode(bytes.fromhex(SIGNATURE)).decode()}, Refusal.FORGED),
        ({HEADER: SIGNATURE.replace("0", "\uff10")}, Refusal.FORGED),
        ({HEADER: "\ud800"}, Refusal.FORGED),
        ({HEADER: "é" * 64}, Refusal.FORGED),
        ([(HEADER, SIGNATURE), (HEADER, SIGNATURE)], Refusal.FORGED),
        ([(HEADER, "0" * 64), (HEADER.upper(), SIGNATURE)], Refusal.FORGED),
    ],
)
def test_a_malformed_signature_is_refused(headers: Any, refusal: Refusal) -> None:
    assert verified(plain_signature(), BODY, headers) is refusal


def test_a_header_is_found_in_any_case_and_hex_read_in_any_case() -> None:
    assert verified(plain_signature(), BODY, {HEADER.upper(): f" {SIGNATURE.upper()}\t"}) == BODY


@pytest.mark.parametrize("seconds", [-301, -300, -1, 0, 300, 301])
def test_a_delivery_ages(seconds: int) -> None:
    receiver = aged_signature()
    signed = receiver.sign(BODY, {"X-Timestamp": str(int(NOW) + seconds)})
    expected = BODY if abs(seconds) <= 300 else Refusal.STALE
    assert verified(receiver, BODY, signed) == expected
    assert verified(receiver, BODY, receiver.sign(BODY)) == BODY


def test_a_timestamp_cannot_be_renewed() -> None:
    receiver = aged_signature()
    signed = receiver.sign(BODY, {"X-Timestamp": "1000"})
    assert verified(receiver, BODY, signed | {"X-Timestamp": str(int(NOW))}) is Refusal.FORGED


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e9", "-5", "+5", "1_0", "١٢", "9" * 400, "0x10", " "])
def test_a_timestamp_that_is_none_is_refused(text: str) -> None:
    receiver = aged_signature()
    try:
        signed = receiver.sign(BODY, {"X-Timestamp": text})
    except DeliveryRefusedError:
        signed = receiver.sign(BODY) | {"X-Timestamp": text}
    assert verified(receiver, BODY, signed) in (Refusal.STALE, Refusal.FORGED)


def fail(_: str) -> float:
    raise ZeroDivisionError


def of_iso(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("read", [float, str, fail, print])
def test_whatever_reads_the_timestamp_nothing_else_is_raised(read: Any) -> None:
    receiver = aged_signature(read_timestamp=read)
    assert verified(receiver, BODY, receiver.sign(BODY, {"X-Timestamp": "nan"})) is Refusal.STALE


def test_a_timestamp_may_be_read_otherwise() -> None:
    receiver = aged_signature(read_timestamp=of_iso)
    moment = datetime.fromtimestamp(NOW, UTC)
    assert verified(receiver, BODY, receiver.sign(BODY, {"X-Timestamp": moment.isoformat()})) == BODY


def basic(pair: bytes) -> str:
    return f"Basic {base64.b64encode(pair).decode()}"


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (basic("jofi:pässword".encode()), True),
        (basic(b"jofi:old:er").replace("Basic", "bAsIc"), True),
        (basic(b"jofi:"), False),
        (basic(b"jofi"), False),
        (basic(b"jofi:passw\xf6rd"), False),
        (basic(b"JOFI:old:er"), False),
        (basic(b"jofi:old:er").replace("Basic ", "Bearer "), False),
        (basic(b"jofi:old:er").replace(" ", ""), False),
        ("Basic", False),
        ("", False),
        ("Basic %%%", False),
        ("Basic am9m", False),
        ("Basic =" + "A" * 5000, False),
    ],
)
def test_basic_auth(value: str, accepted: bool) -> None:
    receiver = BasicAuth("jofi", ("pässword", "old:er"))
    assert verified(receiver, BODY, {"Authorization": value}) == (BODY if accepted else Refusal.FORGED)
    assert verified(receiver, BODY, {}) is Refusal.UNSIGNED
    assert verified(receiver, BODY, receiver.sign(BODY)) == BODY


@pytest.mark.parametrize(
    "options",
    [
        {"secrets": ()},
        {"secrets": ""},
        {"secrets": ["x", b""]},
        {"algorithm": "sha257"},
        {"algorithm": "shake_128"},
        {"encoding": "hexadecimal"},
        {"signs": "{x-timestamp}"},
        {"signs": "{body}{body}"},
        {"timestamp": "x-timestamp"},
    ],
)
def test_a_scheme_that_cannot_be_right_is_not_made(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        plain_signature(**options)


@pytest.mark.parametrize(("user", "password"), [("a:b", "x"), ("a", ""), ("a", ())])
def test_credentials_that_cannot_be_right_are_not_made(user: str, password: Any) -> None:
    with pytest.raises(ConfigurationError):
        BasicAuth(user, password)


def test_nothing_shows_a_secret() -> None:
    schemes = [*SCHEMES.values(), plain_signature(secrets=[SECRET.encode()])]
    shown = "".join(f"{scheme!r}{scheme}" for scheme in schemes)
    assert not [secret for secret in (SECRET, "correct horse", "'old'") if secret in shown]
    assert repr(Delivery.of(BODY, {HEADER: SIGNATURE})) == f"Delivery({len(BODY)} bytes)"


def test_the_clock_is_the_wall_clock_unless_another_is_given() -> None:
    real = HmacSignature(secrets="x", header=HEADER, signs="{t}{body}", timestamp="t")
    assert verified(real, BODY, real.sign(BODY)) == BODY
    assert verified(HmacSignature(secrets="x", header=HEADER, signs="{t}{body}", timestamp="t", now=now), BODY,
                    real.sign(BODY)) is Refusal.STALE  # fmt: skip
