import pytest

pytestmark = pytest.mark.urls("qaportal.tests.api.styled_urls")


@pytest.fixture
def post(api, admin):
    """`post(text)`: send these bytes as JSON."""
    client = api(admin)

    def send(body, content_type="application/json", style="plain"):
        body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        return client.generic("POST", f"/api/{style}/echo", body, content_type=content_type)

    return send


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"full_name": "a\\u0000b"}', "full_name"),
        ('{"full_name": "\\ud800"}', "full_name"),
        ('{"a\\u0000b": 1}', "body"),
        ('{"deep": {"list": [1, {"text": "\\udfff"}]}}', "deep.list[1].text"),
        ('{"project_id": 9223372036854775808}', "project_id"),
        ('{"project_id": -99999999999999999999}', "project_id"),
        ('{"share": 1e999}', "share"),
        ('{"share": -1e999}', "share"),
        ("[" * 65 + "]" * 65, "[0]" * 64),
    ],
)
def test_what_the_database_refuses_is_refused_with_its_field(post, body, field):
    response = post(body)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "NaN",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1,}',
        b'\xff\xfe{"a": 1}',
        b'{"a": "\xff"}',
        '{"a": "\ud800"}',
        "[" * 200_000 + "]" * 200_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        '{"a": ' + "9" * 5_000 + "}",
        "true false",
    ],
)
def test_what_is_no_json_is_refused_in_words(post, body):
    response = post(body)
    assert response.status_code == 400
    assert response.json()["detail"]


def test_no_body_at_all_is_refused_with_the_fields(post):
    response = post("null")
    assert response.status_code == 400


def test_a_body_of_64_levels_and_64_bits_passes_the_parser(post):
    body = '{"full_name": "Ada", "project_id": 999999999999999999, "more": ' + "[" * 63 + "]" * 63 + "}"
    assert post(body).status_code == 200


def test_too_large_a_body_is_refused_in_each_style(post, settings):
    settings.JSON_BODY_LIMIT = 100
    assert post('{"full_name": "' + "x" * 100 + '"}').status_code == 413
    assert post('{"full_name": "' + "x" * 100 + '"}', style="envelope").json()["success"] is False


def test_a_byte_order_mark_is_no_fault(post):
    assert post(b'\xef\xbb\xbf{"full_name": "Ada", "project_id": 1}').status_code == 200


def test_another_content_type_is_refused(post):
    assert post("a=b", "application/x-www-form-urlencoded").status_code == 415
    assert post("<a/>", "application/xml").status_code == 415


@pytest.mark.parametrize("query", ["a=%00", "%00=a", "q=x&q=%00"])
def test_null_characters_in_the_query_are_refused(api, admin, query):
    response = api(admin).get(f"/api/plain/projects?{query}")
    assert response.status_code == 400
    assert response.json()["detail"]


@pytest.mark.parametrize("given", [7, "7", " 7 "])
def test_ids_are_numbers_or_texts(api, admin, given):
    response = api(admin).post("/api/plain/echo", {"full_name": "Ada", "project_id": given})
    assert response.json() == {"project_id": 7, "full_name": "Ada"}


@pytest.mark.parametrize("given", [True, 7.5, [7], {"id": 7}, None, "x", "-7", "7e2", "9" * 19, "\u0667"])
def test_other_ids_are_refused(api, admin, given):
    response = api(admin).post("/api/plain/echo", {"full_name": "Ada", "project_id": given})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["project_id"]
