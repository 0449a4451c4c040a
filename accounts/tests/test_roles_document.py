from accounts import roles_document
from accounts.permissions import PERMISSIONS


def test_the_document_says_what_the_code_does():
    written = roles_document.path().read_text(encoding="utf-8")
    assert written == roles_document.render(), "run manage.py document_roles"


def test_the_document_names_every_permission():
    assert all(f"`{code}`" in roles_document.render() for code in PERMISSIONS)
