"""A client of the administration API as somebody writes it who knows its document and nothing of the portal."""

from datetime import datetime

import httpx

STATUSES = {"active", "suspended", "deleted"}
SCOPES = {"platform", "tenant", "module"}
ID = str
TIME = datetime
TEXT_OR_NULL, NUMBER_OR_NULL, OBJECT_OR_NULL = (str, type(None)), (int, type(None)), (dict, type(None))

TENANT = {
    "id": ID,
    "name": str,
    "slug": str,
    "status": STATUSES,
    "settings": OBJECT_OR_NULL,
    "subscription_tier": TEXT_OR_NULL,
    "max_users": NUMBER_OR_NULL,
    "max_modules": NUMBER_OR_NULL,
    "created_at": TIME,
    "updated_at": TIME,
}
USER = {
    "id": ID,
    "email": str,
    "first_name": str,
    "last_name": str,
    "status": STATUSES,
    "auth_provider": str,
    "tenant_id": TEXT_OR_NULL,
    "role_id": TEXT_OR_NULL,
    "created_at": TIME,
    "updated_at": TIME,
}
ROLE = {
    "id": ID,
    "name": str,
    "code": {"super_admin", "tenant_admin", "quality_manager", "tester", "developer", "viewer"},
    "description": TEXT_OR_NULL,
    "scope": SCOPES,
    "created_at": TIME,
    "updated_at": TIME,
}
AUDIT_LOG = {
    "id": ID,
    "tenant_id": TEXT_OR_NULL,
    "user_id": TEXT_OR_NULL,
    "action": str,
    "resource_type": str,
    "resource_id": TEXT_OR_NULL,
    "request_method": TEXT_OR_NULL,
    "request_path": TEXT_OR_NULL,
    "request_body": OBJECT_OR_NULL,
    "response_status": NUMBER_OR_NULL,
    "response_body": OBJECT_OR_NULL,
    "ip_address": TEXT_OR_NULL,
    "user_agent": TEXT_OR_NULL,
    "correlation_id": TEXT_OR_NULL,
    "changes": OBJECT_OR_NULL,
    "metadata": OBJECT_OR_NULL,
    "created_at": TIME,
    "updated_at": TIME,
    "user": OBJECT_OR_NULL,
    "tenant": OBJECT_OR_NULL,
}
PERSON = {"id": ID, "email": str, "first_name": str, "last_name": str}
SIGN_IN = {
    "user": dict,
    "tenant_id": TEXT_OR_NULL,
    "roles": list,
    "access_token": str,
    "refresh_token": str,
    "token_type": str,
    "expires_in": int,
    "expires_at": TIME,
}
PAGINATION = {"page": int, "limit": int, "total": int, "totalPages": int, "hasMore": bool}
DETAIL = {"path": str, "message": str, "code": str}
SHAPES = {"tenants": TENANT, "users": USER, "roles": ROLE, "audit-logs": AUDIT_LOG}


def require_shape(value, shape):
    """Fail unless the object has exactly these keys with values of these kinds."""
    assert isinstance(value, dict), value
    assert set(value) == set(shape), f"keys: {set(value) ^ set(shape)}"
    for name, kind in shape.items():
        given = value[name]
        if kind is TIME:
            assert datetime.fromisoformat(given.replace("Z", "+00:00")).tzinfo is not None, f"{name}: {given!r}"
        elif isinstance(kind, set):
            assert given in kind, f"{name}: {given!r}"
        else:
            assert isinstance(given, kind), f"{name}: {given!r}"
            assert kind is not int or not isinstance(given, bool), f"{name}: {given!r}"


class Refused(Exception):
    """A general error: its code and words."""

    def __init__(self, status, code, message):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class Invalid(Exception):
    """A validation error: the paths with their messages."""

    def __init__(self, status, details):
        super().__init__(f"{status} {details}")
        self.status, self.details = status, details
        self.paths = [detail["path"] for detail in details]


class AdminClient:
    """Signs in and keeps the tokens; every answer is checked against the document."""

    def __init__(self, base_url, transport):
        self.http = httpx.Client(base_url=base_url, transport=transport)
        self.access_token = self.refresh_token = None

    def login(self, email, password):
        return self._keep(self._call("POST", "/auth/login", {"email": email, "password": password}))

    def refresh(self):
        return self._keep(self._call("POST", "/auth/refresh", {"refresh_token": self.refresh_token}))

    def _keep(self, answer):
        data = self._data(answer)
        require_shape(data, SIGN_IN)
        require_shape(data["user"], PERSON)
        assert all(isinstance(role, str) for role in data["roles"])
        self.access_token, self.refresh_token = data["access_token"], data["refresh_token"]
        return data

    def logout(self):
        return self._done(self._call("POST", "/auth/logout", {}))

    def page(self, kind, *, page=None, limit=None, order_by=None, **filters):
        """One page of a list with its `pagination`."""
        query = [
            (name, value) for name, value in {"page": page, "limit": limit, **filters}.items() if value is not None
        ]
        query += [("orderBy[]", word) for word in order_by or ()]
        answer = self._call("GET", f"/{kind}", query=query)
        assert set(answer) == {"success", "data", "pagination"}
        require_shape(answer["pagination"], PAGINATION)
        for row in answer["data"]:
            require_shape(row, SHAPES[kind])
        return answer["data"], answer["pagination"]

    def everything(self, kind, **query):
        """All rows, page by page while there are more."""
        rows, number, has_more = [], 1, True
        while has_more:
            data, pagination = self.page(kind, page=number, **query)
            rows, number, has_more = rows + data, number + 1, pagination["hasMore"]
        assert len(rows) == pagination["total"]
        return rows

    def read(self, kind, pk):
        return self._object(kind, self._call("GET", f"/{kind}/{pk}"))

    def create(self, kind, **body):
        return self._object(kind, self._call("POST", f"/{kind}", body))

    def update(self, kind, pk, **body):
        return self._object(kind, self._call("PUT", f"/{kind}/{pk}", body))

    def delete(self, kind, pk):
        return self._done(self._call("DELETE", f"/{kind}/{pk}"))

    def _object(self, kind, answer):
        data = self._data(answer)
        require_shape(data, SHAPES[kind])
        return data

    @staticmethod
    def _data(answer):
        assert set(answer) == {"success", "data"}
        return answer["data"]

    @staticmethod
    def _done(answer):
        assert {"success"} <= set(answer) <= {"success", "message"}
        return answer.get("message")

    def _call(self, method, path, body=None, query=None):
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        response = self.http.request(method, path, json=body, params=query, headers=headers)
        assert response.headers["Content-Type"].startswith("application/json")
        answer = response.json()
        if response.is_success:
            assert answer["success"] is True
            return answer
        assert answer["success"] is False
        if answer["error"] == "Validation failed":
            assert set(answer) == {"success", "error", "details"}
            for detail in answer["details"]:
                require_shape(detail, DETAIL)
            raise Invalid(response.status_code, answer["details"])
        assert set(answer) == {"success", "error"}
        require_shape(answer["error"], {"code": str, "message": str})
        raise Refused(response.status_code, **answer["error"])
