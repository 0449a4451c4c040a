"""A client of the sign-in and user API as somebody writes it who knows its document and nothing of the portal."""

import httpx

USER = {
    "id": int,
    "email": str,
    "full_name": str,
    "role": str,
    "is_active": bool,
    "is_email_verified": bool,
    "email_verified_at": (str, type(None)),
    "created_at": str,
}
"""The columns that the document names and answers may show; the password is none of them."""


class Refused(Exception):
    """The status and what the portal says."""

    def __init__(self, status, detail):
        super().__init__(f"{status}: {detail}")
        self.status, self.detail = status, detail


class PlainClient:
    """Signs in and keeps the token."""

    def __init__(self, base_url, transport):
        self.http = httpx.Client(base_url=base_url, transport=transport)
        self.token = self.refresh_token = None

    def register(self, email, password, full_name):
        return self._user(self._call("POST", "/auth/register", email=email, password=password, full_name=full_name))

    def verify_email(self, token):
        return self._call("POST", "/auth/verify-email", token=token)

    def resend_verification(self, email):
        return self._call("POST", "/auth/resend-verification", email=email)

    def login(self, username, password):
        return self._keep(self._call("POST", "/auth/login", username=username, password=password))

    def refresh(self):
        return self._keep(self._call("POST", "/auth/refresh", refresh_token=self.refresh_token))

    def _keep(self, answer):
        assert {"access_token", "token_type"} <= set(answer)
        assert answer["token_type"] == "bearer"
        self.token, self.refresh_token = answer["access_token"], answer["refresh_token"]
        return answer

    def me(self):
        return self._user(self._call("GET", "/auth/me"))

    def forgot_password(self, email):
        return self._call("POST", "/auth/forgot-password", email=email)

    def reset_password(self, token, new_password):
        return self._call("POST", "/auth/reset-password", token=token, new_password=new_password)

    def users(self):
        rows = self._call("GET", "/users")
        assert isinstance(rows, list)
        return [self._user(row) for row in rows]

    def user(self, pk):
        return self._user(self._call("GET", f"/users/{pk}"))

    def update_user(self, pk, **fields):
        return self._user(self._call("PUT", f"/users/{pk}", **fields))

    def delete_user(self, pk):
        return self._call("DELETE", f"/users/{pk}")

    @staticmethod
    def _user(answer):
        for name, kind in USER.items():
            assert isinstance(answer[name], kind), f"{name}: {answer[name]!r}"
        assert answer["role"] in {"admin", "tester"}
        assert "hashed_password" not in answer
        return answer

    def _call(self, method, path, **body):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        response = self.http.request(method, path, json=body or None, headers=headers)
        if response.status_code == 204:
            assert response.content == b""
            return None
        answer = response.json()
        if not response.is_success:
            raise Refused(response.status_code, answer["detail"])
        return answer
