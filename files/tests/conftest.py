import pytest
from django.core.files.storage import default_storage


@pytest.fixture
def storage(settings, tmp_path):
    """An empty local storage of this test alone."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files", "file_permissions_mode": 0o600},
        },
    }
    return default_storage


@pytest.fixture
def stored_paths(tmp_path):
    """`stored_paths()`: what the storage holds."""
    root = tmp_path / "files"
    return lambda: sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
