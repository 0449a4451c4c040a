"""The shape of the input about folders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit.forms import PortalForm

from ..models import Folder
from ..services.drafts import LONGEST_TEXT
from .fields import FolderField


class FolderMoveForm(PortalForm):
    """Where a folder goes."""

    parent = FolderField(label=_("Below"))

    def __init__(self, *args: Any, project: Project, user: User, folder: Folder, **kwargs: Any) -> None:
        """Offer every place but those below the folder itself."""
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(project, user, _("At the top"), without=folder)


class FolderForm(PortalForm):
    """A folder's name and place."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True}))
    parent = FolderField(label=_("Below"))
    description = forms.CharField(
        label=_("Description"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, project: Project, user: User, folder: Folder | None = None, **kwargs: Any) -> None:
        """Offer every place but those below the folder itself."""
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(project, user, _("At the top"), without=folder)
