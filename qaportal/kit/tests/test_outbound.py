"""Calls to addresses that users type, proven against real servers on this machine."""

import logging
import socket
import traceback

import pytest
import requests

from qaportal.kit import outbound
from qaportal.kit.outbound import OutboundFailed, OutboundRefused, check_url, session

from .servers import running

CANARY = "canary-7f3a"


@pytest.fixture
def server():
    with running() as made:
        yield made


@pytest.fixture
def allowed(server, settings):
    """The server, opened by the operator."""
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{server.server_port}"]
    return server


@pytest.fixture
def call():
    """`call(url, ...)`: GET in a session of its own, which is closed afterwards."""

    def get(url, method="GET", timeout=5, total=10, size_limit=1_000_000, **kwargs):
        with session(timeout=timeout, total=total, size_limit=size_limit) as made:
            return made.request(method, url, **kwargs)

    return get


SPELLINGS = ["127.0.0.1", "localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1"]
SPELLINGS += ["017700000001", "127.0.0.1.", "①②⑦.⓪.⓪.①", "0", "0.0.0.0", "[::]", "[::1]", "[::ffff:127.0.0.1]"]
SPELLINGS += ["[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254", "10.0.0.1", "[fd00::1]"]


@pytest.mark.parametrize("host", SPELLINGS)
def test_what_is_inside_is_refused_in_every_spelling(server, call, host):
    words = "is a private or local address, which the portal does not call unless its operator allows it."
    assert words in check_url(server.url(host=host))
    with pytest.raises(OutboundRefused, match=words):
        call(server.url(host=host))
    assert server.connections == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "::1", "fe80::1%lo"])
def test_a_name_that_leads_inside_is_refused_before_anything_is_connected(server, call, monkeypatch, address):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: [(0, 0, 0, "", (address, 0))])
    assert check_url(server.url(host="jira.example.com")) is None
    with pytest.raises(OutboundRefused, match=r"^jira\.example\.com is a private or local address"):
        call(server.url(host="jira.example.com"))
    assert server.connections == 0


def test_a_connection_that_ends_inside_although_its_address_looked_public_is_sent_nothing(server, call, monkeypatch):
    def astray(_address, *_args, **_kwargs):
        made = socket.socket()
        made.connect(("127.0.0.1", server.server_port))
        return made

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: [(0, 0, 0, "", ("93.184.215.14", 0))])
    monkeypatch.setattr(outbound, "create_connection", astray)
    with pytest.raises(OutboundRefused):
        call(server.url(host="jira.example.com"), headers={"Authorization": CANARY})
    assert server.calls == []


def test_of_several_addresses_only_the_public_ones_are_tried(server, call, monkeypatch):
    tried = []

    def refuse(address, *_args, **_kwargs):
        tried.append(address[0])
        raise ConnectionRefusedError

    found = [(0, 0, 0, "", (address, 0)) for address in ("10.0.0.1", "93.184.215.14", "127.0.0.1", "1.1.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    monkeypatch.setattr(outbound, "create_connection", refuse)
    with pytest.raises(OutboundFailed, match=r"^jira\.example\.com could not be reached"):
        call("http://jira.example.com/")
    assert tried == ["93.184.215.14", "1.1.1.1"]


@pytest.mark.parametrize("opened", ["127.0.0.1", "127.0.0.1:PORT", "127.0.0.0/8", "localhost", "localhost:PORT"])
def test_what_the_operator_opens_is_called(server, call, settings, opened):
    settings.OUTBOUND_ALLOW = [opened.replace("PORT", str(server.server_port))]
    host = "localhost" if "localhost" in opened else "127.0.0.1"
    assert call(server.url(host=host)).text == "fine"
    assert check_url(server.url(host=host)) is None


@pytest.mark.parametrize("opened", ["127.0.0.1:1", "10.0.0.0/8", "localhost", "::1"])
def test_what_the_operator_opens_opens_nothing_else(server, call, settings, opened):
    settings.OUTBOUND_ALLOW = [opened]
    with pytest.raises(OutboundRefused):
        call(server.url())
    assert server.connections == 0


@pytest.mark.parametrize("path", ["/redirect", "/broken_redirect"])
def test_a_redirect_is_an_answer_and_is_not_followed(allowed, call, path):
    response = call(allowed.url(path), allow_redirects=True)
    assert response.status_code == 302
    assert response.next is None
    with session() as made:
        prepared = made.prepare_request(requests.Request("GET", allowed.url(path)))
        assert made.send(prepared, allow_redirects=True).status_code == 302
    assert len(allowed.calls) == 2


def test_proxies_and_passwords_of_the_environment_are_ignored(allowed, call, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login somebody password {CANARY}\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert call(allowed.url(), proxies={"http": "http://127.0.0.1:1"}).text == "fine"
    assert "Authorization" not in allowed.calls[0][1]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/", "The address must begin with https:// or http://."),
        ("file:///etc/passwd", "The address must begin with https:// or http://."),
        ("javascript:alert(1)", "The address must begin with https:// or http://."),
        ("jira.example.com", "The address must begin with https:// or http://."),
        ("", "The address must begin with https:// or http://."),
        ("https://", "This is no address such as https://jira.example.com."),
        ("https:///path", "This is no address such as https://jira.example.com."),
        ("https://exa mple.com", "This is no address such as https://jira.example.com."),
        ("https://example.com\\@127.0.0.1/", "This is no address such as https://jira.example.com."),
        ("https://example.com/\r\nX: y", "This is no address such as https://jira.example.com."),
        ("https://example.com:0/", "This is no address such as https://jira.example.com."),
        ("https://example.com:99999/", "This is no address such as https://jira.example.com."),
        ("https://[::1", "This is no address such as https://jira.example.com."),
        ("https://example.com/" + "x" * 2_000, "This is no address such as https://jira.example.com."),
        (None, "This is no address such as https://jira.example.com."),
        (f"https://user:{CANARY}@example.com/", "Leave user name and password out of the address."),
        ("https://@example.com/", "Leave user name and password out of the address."),
    ],
)
def test_an_address_that_cannot_be_called_is_told_so(call, url, words):
    assert check_url(url) == words
    with pytest.raises(OutboundRefused) as refused:
        call(url)
    assert refused.value.message == words


@pytest.mark.parametrize(
    "url",
    ["https://jira.example.com", "http://jira.example.com:8080/a?b=c#d", "https://1.1.1.1/", "HTTPS://EXAMPLE.COM"],
)
def test_a_usable_address_has_no_problem(url):
    assert check_url(url) is None


@pytest.mark.parametrize(
    ("path", "bounds"),
    [
        ("/silent", {"timeout": 0.1}),
        ("/silent", {"total": 0.1}),
        ("/slow_headers", {"total": 0.2}),
        ("/slow_body", {"total": 0.2}),
    ],
)
def test_a_slow_server_is_left_in_time(allowed, call, path, bounds):
    with pytest.raises(OutboundFailed, match=r"^127\.0\.0\.1 did not answer in time\.$"):
        call(allowed.url(path), **bounds)


def test_a_caller_may_have_less_patience_and_not_more(allowed, call):
    for patience in (0.1, (5, 0.1)):
        with pytest.raises(OutboundFailed, match="did not answer in time"), session(timeout=5) as made:
            made.get(allowed.url("/silent"), timeout=patience)
    with pytest.raises(OutboundFailed, match="did not answer in time"), session(timeout=0.1) as made:
        made.get(allowed.url("/silent"), timeout=60)


@pytest.mark.parametrize("path", ["/endless", "/bomb"])
def test_an_answer_that_is_too_long_is_not_read_to_its_end(allowed, call, path):
    with pytest.raises(OutboundFailed, match=r"^127\.0\.0\.1 answered more than the portal reads\.$"):
        call(allowed.url(path), stream=True)


def test_an_answer_is_read_whole_and_unpacked(allowed, call):
    response = call(allowed.url("/packed"), size_limit=4, stream=True)
    assert (response.content, b"".join(response.iter_content(1))) == (b"fine", b"fine")
    assert call(allowed.url(), method="HEAD").headers["Content-Length"] == "4"
    assert call(allowed.url(), method="POST", data=b"x" * 100_000).ok


def test_an_answer_that_is_cut_off_is_no_answer(allowed, call):
    with pytest.raises(OutboundFailed, match="could not be reached, or broke the connection off"):
        call(allowed.url("/cut"))


def test_one_session_uses_its_connection_again_and_survives_a_call_that_failed(allowed):
    with session() as made:
        assert [made.get(allowed.url()).text for _ in range(3)] == ["fine"] * 3
        assert allowed.connections == 1
        with pytest.raises(OutboundFailed):
            made.get(allowed.url("/silent"), timeout=0.1)
        assert made.get(allowed.url()).text == "fine"


def test_nobody_listening_no_such_host_and_no_certificate_are_told_apart(allowed, call, monkeypatch, settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        settings.OUTBOUND_ALLOW = ["127.0.0.1"]
        with pytest.raises(OutboundFailed, match="could not be reached"):
            call(f"http://127.0.0.1:{port}/")
    with pytest.raises(OutboundFailed, match=r"^A secure connection to 127\.0\.0\.1 is not possible"):
        call(allowed.url().replace("http:", "https:"))

    def unknown(*_args, **_kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(OutboundFailed, match=r"^There is no host called jira\.example\.com\.$"):
        call("https://jira.example.com/")


def test_libraries_that_know_requests_know_the_errors():
    assert issubclass(OutboundRefused, OutboundFailed)
    assert issubclass(OutboundFailed, requests.RequestException)


@pytest.mark.parametrize("header", ["a\nb", "a\u2013b", " a"])
def test_a_token_that_no_header_can_hold_is_told_without_being_shown(allowed, call, header):
    with pytest.raises(OutboundFailed, match=r"^The user name, token or header holds a character") as failed:
        call(allowed.url(), headers={"Authorization": f"{CANARY}{header}" if header != " a" else f" {CANARY}"})
    assert CANARY not in "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize("path", ["/silent", "/cut", "/endless"])
def test_secrets_of_a_call_that_failed_are_in_no_log_and_no_error(allowed, call, caplog, path):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(OutboundFailed) as failed:
        call(allowed.url(f"{path}?token={CANARY}"), timeout=0.2, auth=("somebody", CANARY))
    logging.getLogger("test").error("It failed", exc_info=failed.value)
    assert failed.value.request is None
    assert CANARY in allowed.calls[0][0]
    assert "It failed" in caplog.text
    assert CANARY not in caplog.text


def test_secrets_of_a_call_that_went_well_are_in_no_log(allowed, call, caplog):
    caplog.set_level(logging.DEBUG)
    assert call(allowed.url(f"/redirect?token={CANARY}")).status_code == 302
    assert CANARY not in caplog.text
