"""Which addresses are public, and what the operator may open."""

from ipaddress import ip_address

import pytest

from qaportal.kit.addresses import checked_openings, is_public, literal, may_call


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        "168.63.129.16",
        *("::", "::1", "::127.0.0.1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1"),
        *("2001::1", "2001:db8::1", "3fff::1", "5f00::1", "4000::1", "64:ff9b:1::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
        *("2002:c0a8:101::1", "2001:4860::5efe:127.0.0.1", "2001:4860::200:5efe:10.0.0.1"),
    ],
)
def test_what_is_inside_is_not_public(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1"),
        *("2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
    ],
)
def test_what_everybody_can_reach_is_public(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        *((host, "127.0.0.1") for host in ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1")),
        *((host, "127.0.0.1") for host in ("017700000001", "127.0.0.1.", "①②⑦.⓪.⓪.①", "localhost", "LocalHost.")),
        *((host, "127.0.0.1") for host in ("a.localhost", "localhost.localdomain")),
        *((host, "::1") for host in ("::1", "[::1]", "0:0:0:0:0:0:0:1", "::1%eth0")),
        ("0", "0.0.0.0"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
    ],
)
def test_every_spelling_of_an_address_is_known(host, address):
    assert literal(host) == ip_address(address)


@pytest.mark.parametrize(
    "host", ["jira.example.com", "face.de", "cafe", "0x", "256.1.1.1", "notlocalhost", "", "1.2.3.4.5"]
)
def test_a_name_is_no_address(host):
    assert literal(host) is None


@pytest.mark.parametrize(
    ("openings", "host", "address", "port", "expected"),
    [
        ("10.0.0.0/8", "jira.corp", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "jira.corp", "11.1.2.3", 443, True),
        ("10.0.0.0/8", "jira.corp", "192.168.0.1", 443, False),
        ("10.0.0.0/8", "jira.corp", "::ffff:10.1.2.3", 443, True),
        ("10.0.0.0/8", "jira.corp", "64:ff9b::a01:203", 443, False),
        ("10.1.2.3", "jira.corp", "10.1.2.3", 8443, True),
        ("10.1.2.3:8443", "jira.corp", "10.1.2.3", 8443, True),
        ("10.1.2.3:8443", "jira.corp", "10.1.2.3", 443, False),
        ("fd00::/8", "jira.corp", "fd00::5", 443, True),
        ("fd00::5", "jira.corp", "fd00::5", 443, True),
        ("[fd00::5]:8443", "jira.corp", "fd00::5", 8443, True),
        ("[fd00::5]:8443", "jira.corp", "fd00::5", 443, False),
        ("jira.corp", "jira.corp", "10.1.2.3", 443, True),
        ("Jira.Corp.", "JIRA.corp.", "10.1.2.3", 443, True),
        ("jira.corp", "evil.jira.corp", "10.1.2.3", 443, False),
        ("jira.corp:8443", "jira.corp", "10.1.2.3", 443, False),
        ("face.de, 127.0.0.1:9", "localhost", "127.0.0.1", 9, True),
        ("", "jira.corp", "10.1.2.3", 443, False),
    ],
)
def test_the_operator_opens_networks_addresses_and_names(openings, host, address, port, expected):
    assert may_call(host, ip_address(address), port, checked_openings(openings)) is expected


@pytest.mark.parametrize(
    "text",
    ["10.0.0.5/8", "10.0.0.300", "10.0.0.0/33", "jira corp", "*.corp", "a:0", "a:70000", "http://a", "-a", "::g"],
)
def test_what_opens_nothing_is_refused_by_name(text):
    with pytest.raises(ValueError, match=r"does not appear|host bits|neither a network|names no port"):
        checked_openings(f"127.0.0.1,{text}")
