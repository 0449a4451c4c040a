import pytest

from accounts.audit.masking import cut, is_secret, masked_document, masked_path, without_traces


@pytest.mark.parametrize(
    "name",
    [
        "password", "newPassword", "refresh_token", "csrfmiddlewaretoken", "clientSecret", "token_hash", "credentials",
        "Authorization", "Set-Cookie", "recovery_codes", "otp", "user-otp", "totpCode", "apiKey", "API_KEY",
    ],
)  # fmt: skip
def test_names_that_say_that_a_value_is_secret(name):
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["footprint", "project_key", "automationKey", "code", "key", "sessions", "author", "second_factor", "keys"]
)
def test_names_that_say_nothing_of_the_kind(name):
    assert not is_secret(name)


def test_names_can_be_secret_in_one_place_alone():
    assert masked_document({"code": "123456", "inner": [{"Code": "1"}]}, more={"code"}) == {
        "code": "***",
        "inner": [{"Code": "***"}],
    }


def test_the_code_of_a_role_is_no_secret_and_a_password_that_reads_like_one_is():
    assert masked_document({"code": "tester", "password": "tester"}, more={"code"}) == {
        "code": "tester", "password": "***",
    }  # fmt: skip


def test_what_is_empty_is_not_masked():
    assert masked_document({"password": "", "token": None, "secret": [], "otp": 0}) == {
        "password": "", "token": None, "secret": [], "otp": "***",
    }  # fmt: skip


def test_whoever_signs_in_is_named_only_when_known():
    sent = {"login": " Known@Example.com ", "email": "typed-password", "username": ["x"], "name": "typed-password"}
    assert masked_document(sent, kept={"known@example.com"}) == {
        "login": " Known@Example.com ", "email": "***", "username": "***", "name": "typed-password",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("use qap_0123456789abcdef now", "use *** now"),
        ("Bearer eyJhbGciOiJI.eyJ1c2VyX2lk.c2lnbmF0dXJl", "Bearer ***"),
        ("https://qa/account/password/reset/key/1-abc/", "https://qa/account/password/reset/key/***/"),
        ("https://qa/invitations/Zm9vYmFyMTIzNDU2Nzg5MGFi/", "https://qa/invitations/***/"),
        ("/api/files/018f0000-0000-7000-8000-000000000000", "/api/files/018f0000-0000-7000-8000-000000000000"),
        ("/p/PAY/releases/12-release-for-the-autumn-2026", "/p/PAY/releases/12-release-for-the-autumn-2026"),
        ("a\x00b\ud800", "a\ufffdb\ufffd"),
    ],
)
def test_texts_lose_what_looks_like_a_token_or_a_link(text, masked):
    assert without_traces(text) == masked


def test_named_parts_of_an_address_are_masked():
    path = "/account/confirm/1/k.e-y/1/"
    assert masked_path(path, {"uid": "1", "key": "k.e-y"}) == "/account/confirm/***/***/***/"
    assert masked_path("/api/things/7", {"pk": "7", "project_key": "PAY"}) == "/api/things/7"


def test_documents_are_cut_to_their_names():
    assert cut({"a": 1}, 100) == {"a": 1}
    assert cut({"a": "ü" * 60, "b": 1}, 100) == {"truncated": True, "keys": ["a", "b"]}
    assert cut(["x" * 200], 100) == {"truncated": True, "keys": []}
    assert len(cut(dict.fromkeys(map(str, range(500)), "x" * 99), 100)["keys"]) == 50
