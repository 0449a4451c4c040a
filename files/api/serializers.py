"""Shapes of the API of files."""

from django.urls import reverse
from rest_framework import serializers

from qaportal.kit.api.serializers import PortalSerializer

from ..uploads import Announced


class AnnouncedFileSerializer(PortalSerializer):
    """A file that shall be sent."""

    project_id = serializers.CharField(
        required=False, max_length=18, write_only=True, help_text="The project it is for: its id or key."
    )
    file_name = serializers.CharField(max_length=1_000)
    file_size = serializers.IntegerField(min_value=0, max_value=2**53)
    content_type = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Not needed: a file is what its bytes say."
    )


class UploadPlaceSerializer(serializers.Serializer):
    """Where the file goes, and how objects name it."""

    upload_url = serializers.SerializerMethodField(help_text="Send the bytes there by PUT, as they are.")
    file_key = serializers.CharField(source="key")
    expires = serializers.DateTimeField()

    def get_upload_url(self, announced: Announced) -> str:
        """The link of the storage, or the portal's own address."""
        if announced.link:
            return announced.link
        return self.context["request"].build_absolute_uri(reverse("upload-file", args=[announced.token]))


class ReceivedFileSerializer(serializers.Serializer):
    """A file that has arrived."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    sha256 = serializers.CharField()
