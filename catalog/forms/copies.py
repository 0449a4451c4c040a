"""The shape of the input about copying cases and folders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit.forms import PortalForm

from .fields import FolderField


class CopyForm(PortalForm):
    """Where copies go, and what they take along."""

    target_project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none(), empty_label=None)
    target_folder = FolderField(label=_("Folder"))
    way = forms.ChoiceField(
        label=_("What happens"),
        choices=[("copy", _("Copy")), ("move", _("Move"))],
        initial="copy",
        widget=forms.RadioSelect,
    )
    steps = forms.BooleanField(label=_("Steps"), required=False, initial=True)
    tags = forms.BooleanField(label=_("Tags"), required=False, initial=True)
    stories = forms.BooleanField(label=_("Links to stories, by their ids"), required=False, initial=True)
    attachments = forms.BooleanField(label=_("Files of the steps"), required=False, initial=True)
    versions = forms.BooleanField(label=_("Earlier versions"), required=False)

    def __init__(self, *args: Any, projects: Any, target: Project, user: User, **kwargs: Any) -> None:
        """Offer these projects, and the folders of the one that is chosen."""
        super().__init__(*args, **kwargs)
        self.fields["target_project"].queryset = projects
        self.fields["target_folder"].offer(target, user, _("At the top"))
