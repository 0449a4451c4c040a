"""The shape of the input about stories."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm

from ..models import Story
from .fields import long_text


class StoryForm(PortalForm):
    """A story as its writer sees it."""

    story_id = forms.CharField(label=_("ID"), max_length=50, help_text=_("Such as PAY-312. It never changes."))
    title = forms.CharField(label=_("Title"), max_length=500)
    epic_id = forms.CharField(label=_("Epic"), required=False, max_length=50)
    status = forms.CharField(label=_("Status"), required=False, max_length=50)
    priority = forms.CharField(label=_("Priority"), required=False, max_length=20)
    assignee = forms.CharField(label=_("Assignee"), required=False, max_length=200)
    sprint = forms.CharField(label=_("Sprint"), required=False, max_length=200)
    release_name = forms.CharField(label=_("Release"), required=False, max_length=100)
    description = long_text(_("Description"), 5)
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, story: Story | None = None, **kwargs: Any) -> None:
        """The id of a stored story stands still."""
        super().__init__(*args, **kwargs)
        first = "title" if story else "story_id"
        self.fields[first].widget.attrs.update(autofocus=True, autocomplete="off")
        if story is not None:
            del self.fields["story_id"]

    @classmethod
    def initial_of(cls, story: Story) -> dict[str, Any]:
        """The facts of the story as the form shows them."""
        shown = {name: getattr(story, name) for name in cls.base_fields if name not in {"if_match", "release_name"}}
        return {**shown, "release_name": story.release}

    def facts(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in {"if_match", "release_name"}}
        return {**facts, "release": self.cleaned_data["release_name"]}

    def refuse(self, error: Any) -> None:
        """Show a service's refusal; what it says of the release stands beside its field."""
        if "release" in error.fields:
            error.fields["release_name"] = error.fields.pop("release")
        super().refuse(error)
