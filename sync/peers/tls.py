"""Mutual TLS 1.3 with pinned certificates. Makes contexts and tells who is at the other end; decides nothing.

The trust store says who may shake hands. It never forgets anybody, so whoever answers a request checks leaf and
issuer against the rosters again (design §5).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sync.identity import Identity

NO_CLOCK = 0x200000  # X509_V_FLAG_NO_CHECK_TIME: nothing here believes a clock, the roster revokes


def server_context(me: Identity, trusted: Iterable[bytes]) -> ssl.SSLContext:
    """For the peers' port. trusted: certificates (DER) of spaces. A caller without a certificate that one of them
    has signed gets no further than the handshake."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, trusted)
    context.verify_mode = ssl.CERT_REQUIRED
    context.num_tickets = 0  # every connection shows its certificate anew
    _show(context, me)
    return context


def client_context(me: Identity, trusted: Iterable[bytes]) -> ssl.SSLContext:
    """For visits. The name of a host says nothing here; its certificate does."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, trusted)
    context.verify_mode = ssl.CERT_REQUIRED
    _show(context, me)
    return context


def stranger_context() -> ssl.SSLContext:
    """For a pairing call: shows no certificate and believes any. SPAKE2 binds both ends afterwards."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, ())
    context.verify_mode = ssl.CERT_NONE
    return context


def newcomer_context(me: Identity) -> ssl.SSLContext:
    """For a machine that has the paper key alone and knows nobody yet: shows its certificate, believes any. What it
    takes so must prove itself."""
    context = stranger_context()
    _show(context, me)
    return context


def let_strangers_in(context: ssl.SSLContext, while_open: bool) -> None:
    """A pairing window opens or closes. A wrong certificate is refused in either case; connections stay as they are."""
    context.verify_mode = ssl.CERT_OPTIONAL if while_open else ssl.CERT_REQUIRED


def trust(context: ssl.SSLContext, certificates: Iterable[bytes]) -> None:
    """Add spaces (DER) to a context, a live one too. One that is already there is no error."""
    pem = "".join(ssl.DER_cert_to_PEM_cert(der) for der in certificates)
    if pem:
        context.load_verify_locations(cadata=pem)


def leaf(transport: Any) -> bytes:
    """The certificate (DER) that the other end showed, b"" for none."""
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    return (tls.getpeercert(binary_form=True) or b"") if tls is not None else b""


def _context(protocol: int, trusted: Iterable[bytes]) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_flags |= NO_CLOCK
    trust(context, trusted)
    return context


def _show(context: ssl.SSLContext, me: Identity) -> None:
    """ssl reads keys from files only, so they pass through one in memory that has no name: a process that is killed
    meanwhile leaves nothing of it."""
    key = me.node_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.memfd_create("node"), "wb") as file:
        file.write(key + ssl.DER_cert_to_PEM_cert(me.node_cert).encode())
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
