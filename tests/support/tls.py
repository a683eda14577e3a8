"""Certificates for 127.0.0.1, made for one test run."""

import ssl
from functools import cache

import trustme


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


@cache
def server_side() -> ssl.SSLContext:
    """A server's TLS settings; nobody trusts its certificate unless told to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with _authority().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.tempfile() as path:
        context.load_cert_chain(path)
    return context


@cache
def client_side() -> ssl.SSLContext:
    """TLS settings of a client that trusts `server_side`."""
    return ssl.create_default_context(cadata=_authority().cert_pem.bytes().decode())
