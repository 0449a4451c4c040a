"""The OpenAPI document describes what the API really answers, in each style."""

import re

import pytest
from django.conf import settings
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

from accounts.tests.factories import ProjectFactory

pytestmark = pytest.mark.urls("qaportal.tests.api.styled_urls")
STYLES = ["plain", "camel", "envelope", "envelope-camel"]


@pytest.fixture(scope="module")
def document():
    from . import styled_urls

    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        made = SchemaGenerator(patterns=styled_urls.urlpatterns).get_schema(request=None, public=True)
    GENERATOR_STATS.reset()
    return made


@pytest.fixture
def check(document):
    """`check(method, path, response)`: the answer is one that the document promises."""

    def validate_answer(method, path, response):
        operation = document["paths"][path][method]
        answers = operation["responses"]
        answer = answers.get(str(response.status_code)) or answers["default"]
        schema = answer["content"]["application/json"]["schema"]
        OAS30Validator({**schema, "components": document["components"]}).validate(response.json())

    return validate_answer


def test_the_document_is_valid(document):
    validate(document)


@pytest.mark.parametrize("style", STYLES)
def test_answers_are_what_the_document_says(api, admin, tenant, check, style):
    client = api(admin)
    project, *_others = (ProjectFactory(tenant=tenant, settings={"membersOnly": False}) for _ in range(3))
    check("get", f"/api/{style}/projects", client.get(f"/api/{style}/projects"))
    if style == "plain":
        check("get", "/api/plain/projects", client.get("/api/plain/projects?page=1&page_size=2"))
    check("get", f"/api/{style}/projects/{{id}}", client.get(f"/api/{style}/projects/{project.pk}"))
    check("post", f"/api/{style}/projects", client.post(f"/api/{style}/projects", {"name": "Cards"}))
    check("put", f"/api/{style}/projects/{{id}}", client.put(f"/api/{style}/projects/{project.pk}", {"name": "New"}))


@pytest.mark.parametrize("style", STYLES)
def test_refusals_are_what_the_document_says(api, admin, check, project, style):
    client = api(admin)
    check("get", f"/api/{style}/projects/{{id}}", client.get(f"/api/{style}/projects/0"))
    check("post", f"/api/{style}/projects", client.post(f"/api/{style}/projects", {}))
    check("get", f"/api/{style}/projects", api().get(f"/api/{style}/projects"))


def test_each_style_has_components_of_its_own(document):
    names = set(document["components"]["schemas"])
    assert {"StyledProject", "StyledProjectCamel"} <= names
    assert "createdAt" in document["components"]["schemas"]["StyledProjectCamel"]["properties"]
    assert "created_at" in document["components"]["schemas"]["StyledProject"]["properties"]


def test_requests_are_described_in_the_spelling_of_the_style(document):
    def body_of(style):
        schema = document["paths"][f"/api/{style}/echo"]["post"]["requestBody"]["content"]["application/json"]
        name = re.sub(r".*/", "", schema["schema"]["$ref"])
        return set(document["components"]["schemas"][name]["properties"])

    assert body_of("camel") == {"projectId", "fullName"}
    assert body_of("plain") == {"project_id", "full_name"}


def test_both_ways_in_are_described(document):
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearerToken"]["scheme"] == "bearer"
    assert schemes["sessionCookie"] == {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
