import pytest
from openapi_spec_validator import validate


def directives(response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: values for name, _space, values in parts}


@pytest.mark.parametrize("address", ["/docs", "/api/docs"])
def test_the_documentation_is_shown_to_people_who_are_signed_in(signed_in, tester, client, address):
    assert client.get(address).status_code == 302
    response = signed_in(tester).get(address)
    assert response.status_code == 200
    assert b"swagger-ui-bundle.js" in response.content
    assert b"https://" not in response.content


@pytest.mark.parametrize("address", ["/docs", "/api/docs"])
def test_only_the_documentation_may_style_inline_and_nothing_runs_inline(signed_in, tester, address):
    response = signed_in(tester).get(address)
    policy = directives(response)
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["script-src"] == "'self'"
    assert directives(signed_in(tester).get("/projects/"))["style-src"] == "'self'"
    script = signed_in(tester).get(f"{address}?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert b"/api/openapi.json" in script.content


def test_the_openapi_document_is_valid_and_for_people_who_are_signed_in(api, tester, client):
    assert client.get("/api/openapi.json").status_code == 401
    response = api(tester).get("/api/openapi.json")
    assert response["Content-Type"] == "application/json"
    validate(response.json())


def test_making_the_openapi_document_raises_no_warning(capsys, db):
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        SchemaGenerator().get_schema(request=None, public=True)
    problems = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    GENERATOR_STATS.reset()
    assert problems == []


def test_the_style_page_is_for_administrators(signed_in, admin, tester):
    assert signed_in(admin).get("/style").status_code == 200
    refused = signed_in(tester).get("/style")
    assert refused.status_code == 403
    assert "The style page is for administrators." in refused.content.decode()
