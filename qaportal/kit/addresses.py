"""Which network addresses are public, and which others the operator lets the portal call."""

import re
import socket
import unicodedata
from collections.abc import Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Address = IPv4Address | IPv6Address

_NOT_PUBLIC_4 = [
    IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # looks public, but answers machines of one cloud with what they are
    )
]
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "3fff::/20")]
_TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64: the last 32 bits are an address of version 4
_LOCAL_HOST = re.compile(r"(^|\.)localhost(\.localdomain)?$")
_NUMERIC = re.compile(r"[0-9a-fx.]+")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


def inner(address: Address) -> Address:
    """The address of version 4 that one of version 6 leads to; other addresses lead to themselves."""
    if isinstance(address, IPv4Address):
        return address
    number = int(address)
    if address.ipv4_mapped or address in _TRANSLATED or (number >> 32) & 0xFDFFFFFF == 0x5EFE:  # the last: ISATAP
        return IPv4Address(number & 0xFFFFFFFF)
    return address.sixtofour or address


def is_public(address: Address) -> bool:
    """Whether the address belongs to nobody's inside: not private, local, reserved, or a translation of such a one."""
    address = inner(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def literal(host: str) -> Address | None:
    """The address that the host is a spelling of: `127.0.0.1`, `2130706433`, `0x7f.1`, `localhost`; None for a name."""
    text = unicodedata.normalize("NFKC", host).strip("[]").rstrip(".").partition("%")[0].lower()
    try:
        return ip_address(text)
    except ValueError:
        pass
    if _LOCAL_HOST.search(text):
        return IPv4Address("127.0.0.1")
    if _NUMERIC.fullmatch(text):
        try:
            return IPv4Address(socket.inet_aton(text))
        except OSError:
            return None
    return None


class Opening(NamedTuple):
    """What the operator opens to the portal: a network or a host name, with all ports or one."""

    network: IPv4Network | IPv6Network | None
    name: str
    port: int | None

    def covers(self, host: str, address: Address, port: int) -> bool:
        """Whether it lets the portal connect to this address and port, which it was given as this host."""
        if self.port not in {None, port}:
            return False
        if self.network is None:
            return self.name == host.rstrip(".").lower()
        return address.version == self.network.version and address in self.network


@cache
def parse_opening(text: str) -> Opening:
    """`10.0.0.0/8`, `10.0.0.5`, `10.0.0.5:8080`, `[fd00::5]:8080`, `jira.internal`, `jira.internal:8443`.

    Raises ValueError for anything else.
    """
    text = text.strip().lower()
    if text.count(":") > 1 and not text.startswith("["):
        return Opening(ip_network(text), "", None)
    host, _colon, port_text = text.rpartition(":") if re.search(r":\d+$", text) else (text, "", "")
    port = int(port_text) if port_text else None
    if port is not None and not 0 < port < 65_536:
        raise ValueError(f"{text!r} names no port")
    bare = host.removeprefix("[").removesuffix("]").rstrip(".")
    if "/" in bare or host.startswith("[") or re.fullmatch(r"[0-9.]+", bare):
        return Opening(ip_network(bare), "", port)
    if not _NAME.fullmatch(bare):
        raise ValueError(f"{text!r} is neither a network, an address nor a host name")
    return Opening(None, bare, port)


def checked_openings(text: str) -> list[str]:
    """The entries of a list separated by commas; raises ValueError that names the first wrong one."""
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    for entry in entries:
        parse_opening(entry)
    return entries


def may_call(host: str, address: Address, port: int, openings: Sequence[str]) -> bool:
    """Whether the portal may connect to the address and port, which it was given as this host."""
    plain = getattr(address, "ipv4_mapped", None) or address
    return is_public(plain) or any(parse_opening(text).covers(host, plain, port) for text in openings)
