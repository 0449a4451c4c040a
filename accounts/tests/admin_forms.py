"""Fills in forms of the data administration as a browser does."""

from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse


def address(row: Model | type[Model], kind: str) -> str:
    """The address of a page of the row's table."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{kind}"
    return reverse(name) if isinstance(row, type) else reverse(name, args=[row.pk])


def shown(browser: Client, page: str) -> dict[str, Any]:
    """What the form of the page holds when it is opened."""
    form = browser.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def saved(browser: Client, page: str, **changed: Any) -> HttpResponse:
    """Open the form, change it and save; None leaves a field out."""
    values = {**shown(browser, page), **changed}
    return browser.post(page, {name: value for name, value in values.items() if value is not None})


def errors_of(answer: HttpResponse) -> str:
    """All that the form says is wrong."""
    assert answer.status_code == 200
    return " ".join(str(text) for texts in answer.context["adminform"].form.errors.values() for text in texts)


def told(browser: Client, answer: HttpResponse) -> str:
    """What the page says that the answer leads to."""
    assert answer.status_code == 302
    return " ".join(str(message) for message in browser.get(answer.url).context["messages"])


def acted(browser: Client, name: str, *rows: Model, query: str = "", **more: Any) -> str:
    """Run an action on rows of a list; answers what is said."""
    form = {"action": name, "_selected_action": [row.pk for row in rows], **more}
    answer = browser.post(address(type(rows[0]), "changelist") + query, form)
    return told(browser, answer)
