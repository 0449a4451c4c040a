import pytest

pytestmark = pytest.mark.urls("qaportal.tests.api.styled_urls")
STYLES = ["plain", "camel", "envelope", "envelope-camel"]
FAULTS = {
    "denied": (403, "role_lacks_permission", "Your role may not."),
    "rule": (409, "closed", "It is closed."),
    "conflict": (409, "version_conflict", "Changed."),
    "invisible": (404, "not_found", "Not found."),
    "missing": (404, "not_found", "Not found."),
    "unavailable": (503, "unavailable", "Not now."),
    "throttled": (429, "throttled", "Request was throttled. Expected available in 17 seconds."),
    "year": (400, "invalid", "A value does not fit: it is too long, too large or not a possible date."),
    "unique": (409, "already_exists", "An object with these values exists already."),
    "bug": (500, "internal_error", "Something went wrong. It has been logged."),
}
CAMEL_CODES = {"denied": "FORBIDDEN", "invisible": "NOT_FOUND", "missing": "NOT_FOUND", "throttled": "RATE_LIMITED"}
CAMEL_CODES |= {"bug": "INTERNAL_ERROR"}


@pytest.fixture
def client_of(api, admin):
    return api(admin)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("style", STYLES)
def test_every_refusal_is_worded_in_the_style_of_the_view(client_of, project, style, fault):
    status, code, words = FAULTS[fault]
    response = client_of.get(f"/api/{style}/faults/{fault}")
    assert response.status_code == status
    body = response.json()
    if style == "plain":
        assert body == {"detail": words, "code": code, "fields": {}}
    elif style == "camel":
        assert body == {"error": {"code": CAMEL_CODES.get(fault, code.upper()), "message": words}}
    else:
        assert body == {"success": False, "error": {"code": code, "message": words}}


def test_invalid_fields_are_listed_in_each_style(client_of):
    def refused(style):
        response = client_of.get(f"/api/{style}/faults/input")
        return response.status_code, response.json()

    fields = {"start_date": ["Too early."], "end_date": ["Too late."]}
    assert refused("plain") == (400, {"detail": "start_date: Too early.", "code": "invalid", "fields": fields})
    status, body = refused("camel")
    assert (status, body["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert body["error"]["details"] == [
        {"field": "startDate", "message": "Too early."},
        {"field": "endDate", "message": "Too late."},
    ]
    envelope = {
        "success": False,
        "error": "Validation failed",
        "details": [
            {"path": "start_date", "message": "Too early.", "code": "invalid"},
            {"path": "end_date", "message": "Too late.", "code": "invalid"},
        ],
    }
    assert refused("envelope") == (400, envelope)


def test_waiting_and_versions_are_told_in_headers(client_of):
    assert client_of.get("/api/plain/faults/throttled")["Retry-After"] == "17"
    assert client_of.get("/api/plain/faults/unavailable")["Retry-After"] == "30"
    assert client_of.get("/api/plain/faults/conflict")["X-Current-Version"] == '"7-9"'


def test_a_fault_of_the_portal_is_logged_and_tells_nothing(client_of, caplog):
    body = client_of.get("/api/plain/faults/bug").content
    assert b"division" not in body
    assert "ZeroDivisionError" in caplog.text


def test_one_bad_field_is_an_object_in_camel(client_of):
    response = client_of.post("/api/camel/echo", {"projectId": 7})
    assert response.json()["error"]["details"] == {"field": "fullName", "message": "This field is required."}


def test_the_anonymous_are_refused_in_each_style(api, db):
    for style, shape in {"plain": "detail", "camel": "error", "envelope": "success"}.items():
        response = api().get(f"/api/{style}/projects")
        assert response.status_code == 401
        assert shape in response.json()
        assert response["WWW-Authenticate"].startswith("Bearer")


def test_an_unknown_address_is_refused_in_json(api, admin):
    assert api().get("/api/nothing").status_code == 401
    assert api(admin).get("/api/nothing").json() == {"detail": "Not found.", "code": "not_found", "fields": {}}
    tenant_style = api(admin).post("/api/v1/nothing", {})
    assert (tenant_style.status_code, tenant_style.json()["success"]) == (404, False)


def test_an_unknown_method_is_refused_in_style(client_of, project):
    response = client_of.delete("/api/envelope/projects")
    assert response.status_code == 405
    assert response.json() == {
        "success": False,
        "error": {"code": "method_not_allowed", "message": 'Method "DELETE" not allowed.'},
    }
    assert client_of.options("/api/plain/projects").status_code == 405


@pytest.mark.parametrize("given", ["0", "-1", "9" * 30, "x", "%00", "1.0", "None", "\u0661", "1e9"])
def test_an_id_that_cannot_be_is_not_found(client_of, project, given):
    response = client_of.get(f"/api/plain/projects/{given}")
    assert response.status_code in {400, 404} if given == "%00" else response.status_code == 404
