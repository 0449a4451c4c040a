"""Stored secrets: unreadable without a key, readable with any of them, and never shown by accident."""

import base64
import io
import pickle

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.forms import modelform_factory
from django.test.utils import isolate_apps

from qaportal.kit import keys, secrets
from qaportal.kit.secrets import Kept, Sealed, Secret, Unreadable, decrypt, encrypt, keyed_hash

CANARY = "canary-7f3a"
NEW, OLD, LOST = (base64.urlsafe_b64encode(letter * 32).decode() for letter in (b"n", b"o", b"l"))


@pytest.fixture
def vault(db, monkeypatch):
    """A model that lives as long as its test."""
    with isolate_apps("qaportal.kit") as registry:

        class Vault(models.Model):
            name = models.CharField(max_length=20, blank=True)
            token = secrets.EncryptedTextField(null=True, blank=True)

            class Meta:
                app_label = "kit"

            def __str__(self):
                return self.name

    with connection.schema_editor() as editor:
        editor.create_model(Vault)
    monkeypatch.setattr(secrets, "apps", registry)
    monkeypatch.setattr(secrets, "_sources", list(secrets._sources))
    return Vault


def stored(vault):
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM kit_vault ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_what_is_encrypted_can_be_read_and_looks_different_each_time():
    first, second = encrypt(CANARY), encrypt(CANARY)
    assert first != second
    assert CANARY not in first
    assert decrypt(first) == decrypt(second) == CANARY
    assert decrypt(encrypt("")) == ""
    assert decrypt(encrypt("käse 🧀 \x00")) == "käse 🧀 \x00"


@pytest.mark.parametrize("text", ["", "x", CANARY, "gAAAAA", "ü" * 200])
def test_what_no_key_encrypted_is_unreadable_and_not_repeated(text):
    with pytest.raises(Unreadable) as refused:
        decrypt(text)
    assert refused.value.code == "secret_unreadable"
    assert str(refused.value) == "A stored secret cannot be read with the keys of this installation. Enter it again."
    with pytest.raises(Unreadable):
        decrypt(encrypt("x")[:-4] + "AAAA")


def test_any_key_reads_and_the_newest_writes(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    before = encrypt(CANARY)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert decrypt(before) == CANARY
    settings.ENCRYPTION_KEYS = [NEW]
    assert Fernet(OLD).decrypt(before).decode() == CANARY
    with pytest.raises(Unreadable):
        decrypt(before)


def test_what_was_stored_before_keys_were_given_stays_readable(settings):
    before = encrypt(CANARY)
    settings.ENCRYPTION_KEYS = [NEW]
    assert decrypt(before) == CANARY
    settings.SECRET_KEY = "another"
    with pytest.raises(Unreadable):
        decrypt(before)


def test_keys_of_different_labels_and_secrets_differ():
    made = {keys.derived(secret, label) for secret in ("a", "b") for label in ("encryption", "hash/token")}
    assert len(made) == 4
    assert {len(key) for key in made} == {32}


@pytest.mark.parametrize("text", ["x", f"{NEW},short", f"{NEW},{OLD[4:]}", "ü" * 44])
def test_what_is_no_key_is_refused_without_being_shown(text):
    with pytest.raises(ValueError, match=r"^key \d is no Fernet key, which is 32 bytes in URL-safe base64$"):
        keys.parse(text)


def test_keys_stand_in_one_line():
    assert keys.parse(f" {NEW} , {OLD},") == [NEW, OLD]
    assert keys.parse("") == []


def test_a_keyed_hash_is_the_same_for_the_same_text_purpose_and_installation_only(settings):
    first = keyed_hash(CANARY, "token")
    assert first == keyed_hash(CANARY, "token")
    assert len(first) == 64
    others = {keyed_hash(CANARY, "invitation"), keyed_hash(CANARY + "x", "token"), keyed_hash("\ud800", "token")}
    settings.SECRET_KEY = "another"
    others.add(keyed_hash(CANARY, "token"))
    assert len(others | {first}) == 5


def test_a_field_is_encrypted_in_the_database_and_plain_in_the_code(vault):
    vault.objects.create(token=CANARY)
    assert CANARY not in stored(vault)[0]
    assert decrypt(stored(vault)[0]) == CANARY
    loaded = vault.objects.get()
    assert loaded.token == CANARY
    assert f"Bearer {loaded.token}" == f"Bearer {CANARY}"
    assert vault.objects.defer("token").get().token == CANARY
    loaded.refresh_from_db()
    assert loaded.token == CANARY


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_stays_nothing(vault, value):
    vault.objects.create(token=value)
    assert stored(vault) == [value]
    assert vault.objects.get().token == value


def test_saving_something_else_leaves_the_stored_text_as_it_is(vault):
    vault.objects.create(token=CANARY)
    before = stored(vault)
    loaded = vault.objects.get()
    assert loaded.token == CANARY
    loaded.name = "changed"
    loaded.save()
    assert stored(vault) == before
    loaded.token = "another"
    loaded.save()
    assert decrypt(stored(vault)[0]) == "another"


def test_every_way_of_writing_encrypts(vault):
    one, two = vault.objects.bulk_create([vault(token="a"), vault(token="b")])
    vault.objects.filter(pk=one.pk).update(token="c")
    two.token = "d"
    vault.objects.bulk_update([two], ["token"])
    assert [decrypt(text) for text in stored(vault)] == ["c", "d"]


def test_a_secret_does_not_show_itself(vault):
    new = vault(token=CANARY)
    new.save()
    loaded = vault.objects.get()
    shown = [repr(new.token), repr(loaded.token), repr(loaded.__dict__), repr(list(vault.objects.values()))]
    shown += [str(vault.objects.values_list("token", flat=True)), serializers.serialize("json", [loaded])]
    shown += [modelform_factory(vault, fields=["token"])(instance=loaded).as_p(), repr(Kept("x", 1, CANARY, print))]
    assert [text for text in shown if CANARY in text] == []
    assert vault.objects.values_list("token", flat=True)[0].open() == CANARY
    assert isinstance(loaded.token, Secret)
    kept = pickle.dumps(loaded.__dict__["token"])
    assert CANARY.encode() not in kept
    assert pickle.loads(kept).open() == CANARY


@pytest.mark.parametrize(
    "lookup", ["token", "token__exact", "token__in", "token__contains", "token__gt", "token__length", "token__regex"]
)
def test_a_secret_cannot_be_searched(vault, lookup):
    with pytest.raises(FieldError):
        vault.objects.filter(**{lookup: "x"}).exists()


def test_missing_secrets_can_be_found(vault):
    vault.objects.create(token=None)
    assert vault.objects.filter(token__isnull=True).count() == 1


def test_an_unreadable_secret_refuses_only_who_reads_it(vault, settings):
    vault.objects.create(token=CANARY)
    settings.SECRET_KEY = "another"
    loaded = vault.objects.get()
    loaded.name = "changed"
    loaded.save()
    modelform_factory(vault, fields=["token"])(instance=loaded).as_p()
    with pytest.raises(Unreadable):
        loaded.token  # noqa: B018
    loaded.token = "entered again"
    loaded.save()
    assert vault.objects.get().token == "entered again"


def rotated():
    out, trouble = io.StringIO(), io.StringIO()
    try:
        call_command("rotate_secrets", stdout=out, stderr=trouble)
    except CommandError as error:
        return out.getvalue(), trouble.getvalue(), str(error)
    return out.getvalue(), trouble.getvalue(), ""


@pytest.fixture
def mixed(vault, settings):
    """Four secrets under the derived key, an old and the new one; two rows without any."""
    vault.objects.create(token="derived")
    for key, texts in ((OLD, ["old 1", "old 2"]), (NEW, ["new"])):
        settings.ENCRYPTION_KEYS = [key]
        for text in texts:
            vault.objects.create(token=text)
    vault.objects.bulk_create([vault(token=None), vault(token="")])
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    return vault


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_rotating_puts_every_secret_under_the_newest_key(mixed, settings, monkeypatch, chunk):
    monkeypatch.setattr(secrets, "CHUNK", chunk)
    assert rotated() == ("3 encrypted anew, 1 were under the newest key already.\n", "", "")
    after = stored(mixed)
    texts = [Fernet(NEW).decrypt(text).decode() for text in after[:4]]
    assert texts == ["derived", "old 1", "old 2", "new"]
    assert after[4:] == [None, ""]
    assert rotated()[0] == "0 encrypted anew, 4 were under the newest key already.\n"
    assert stored(mixed) == after


def test_what_no_key_reads_is_named_and_the_rest_is_rotated(mixed, settings):
    lost = mixed.objects.create(name="lost")
    text = Fernet(LOST).encrypt(CANARY.encode()).decode()
    mixed.objects.filter(pk=lost.pk).update(token=Sealed(text))
    said, trouble, error = rotated()
    assert said.startswith("3 encrypted anew, 1 were")
    assert trouble == f"No key reads kit.Vault.token of {lost.pk}\n"
    assert error == "1 cannot be read. Enter them again, or add the key they need."
    assert stored(mixed)[-1] == text


def test_secrets_outside_of_fields_are_rotated_when_somebody_names_them(vault, settings):
    place = {"key": encrypt(CANARY)}
    secrets.register_source(lambda: iter([Kept("elsewhere", 7, place["key"], lambda text: place.update(key=text))]))
    settings.ENCRYPTION_KEYS = [NEW]
    assert rotated()[0].startswith("1 encrypted anew")
    assert Fernet(NEW).decrypt(place["key"]).decode() == CANARY


def test_encrypted_fields_are_found_by_walking_the_models(vault):
    assert [(model, each.name) for model, each in secrets.encrypted_fields()] == [(vault, "token")]
