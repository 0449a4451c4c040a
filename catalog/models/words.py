"""The words that titles, ids and tags are made of."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from accounts.models import Project

from ..querysets import TitleWordQuerySet


class TitleWord(models.Model):
    """A word of a title, an id or a tag of the project; a trigger of the table of cases notes it, perhaps twice."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    word = models.CharField(max_length=40)
    """In lower case without accents. It stays when the last case that held it goes."""

    objects = TitleWordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project", "word"], name="title_word_of_project"),
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="title_word_alike"),
        ]

    def __str__(self) -> str:
        """The word."""
        return self.word
