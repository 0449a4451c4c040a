"""The shape of the input about deleting folders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit.forms import PortalForm

from ..choices import FolderContent
from ..models import Folder
from .fields import FolderField


class FolderDeleteForm(PortalForm):
    """What becomes of what the folder holds."""

    content = forms.ChoiceField(label=_("What it holds"), choices=FolderContent.choices, widget=forms.RadioSelect)
    target = FolderField(label=_("To"))

    def __init__(self, *args: Any, project: Project, user: User, folder: Folder, is_empty: bool, **kwargs: Any) -> None:
        """Offer every place but those that go with the folder; nothing has to be said of an empty one."""
        super().__init__(*args, **kwargs)
        self.fields["target"].offer(project, user, _("In no folder"), without=folder)
        self.fields["content"].required = not is_empty
