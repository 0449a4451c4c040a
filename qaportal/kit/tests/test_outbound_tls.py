"""The same calls encrypted: the checks are made before the handshake, the watch cuts what is wrapped in it."""

import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from qaportal.kit import outbound
from qaportal.kit.outbound import OutboundFailed, OutboundRefused, session

from .servers import running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a certificate that only its own server trusts, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = builder.add_extension(names, critical=False).sign(key, SHA256())
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(signed.public_bytes(Encoding.PEM) + private)
    return path


@pytest.fixture
def server(certificate, settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    with running(certificate) as made:
        yield made


def test_a_trusted_certificate_is_called_and_its_connection_used_again(server, certificate):
    with session() as made:
        made.verify = str(certificate)
        assert [made.get(server.url()).text for _ in range(2)] == ["fine", "fine"]
    assert server.connections == 1


def test_a_certificate_that_nobody_signed_is_not_trusted(server, monkeypatch, certificate):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with session() as made, pytest.raises(OutboundFailed, match=r"^A secure connection to 127\.0\.0\.1 is not"):
        made.get(server.url())
    assert server.calls == []


@pytest.mark.parametrize("path", ["/silent", "/slow_headers", "/slow_body"])
def test_a_slow_server_is_left_in_time(server, certificate, path):
    with session(total=0.5) as made, pytest.raises(OutboundFailed, match="did not answer in time"):
        made.get(server.url(path), verify=str(certificate))


def test_a_server_that_never_shakes_hands_is_left_in_time(settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    mute = socket.create_server(("127.0.0.1", 0))
    address = f"https://127.0.0.1:{mute.getsockname()[1]}/"
    with mute, session(total=0.1) as made, pytest.raises(OutboundFailed, match="did not answer in time"):
        made.get(address)


def test_a_connection_that_ends_inside_is_sent_not_even_a_handshake(server, settings, monkeypatch, certificate):
    settings.OUTBOUND_ALLOW = []

    def astray(_address, *_args, **_kwargs):
        made = socket.socket()
        made.connect(("127.0.0.1", server.server_port))
        return made

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: [(0, 0, 0, "", ("93.184.215.14", 0))])
    monkeypatch.setattr(outbound, "create_connection", astray)
    with session() as made, pytest.raises(OutboundRefused):
        made.get("https://jira.example.com/", verify=str(certificate))
    assert server.calls == []
