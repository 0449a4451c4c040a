"""Secrets at rest: what has to be read again is encrypted, what is only ever compared is kept as a keyed hash."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _

from . import keys
from .errors import PortalError

CHUNK = 500  # rows that are encrypted anew in one transaction


class Unreadable(PortalError):
    """A stored secret was encrypted with a key that this installation does not have (any more)."""

    def __init__(self) -> None:
        """Say what helps; the text itself is never shown."""
        super().__init__(
            _("A stored secret cannot be read with the keys of this installation. Enter it again."), "secret_unreadable"
        )


def encrypt(text: str) -> str:
    """The text under the newest key; the same text looks different each time."""
    return _ring()[0].encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """The text that was encrypted with any key of the installation; raises Unreadable."""
    try:
        return MultiFernet(_ring()).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise Unreadable from error


def keyed_hash(text: str, purpose: str) -> str:
    """A hash that only this installation can make; hashes of different purposes tell nothing of each other."""
    key = keys.derived(settings.SECRET_KEY, f"hash/{purpose}")
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def encrypted_anew(sealed: str) -> str | None:
    """The same text under the newest key, or None when it is already; raises Unreadable."""
    try:
        _ring()[0].decrypt(sealed.encode())
    except (InvalidToken, ValueError):
        return encrypt(decrypt(sealed))
    return None


def _ring() -> list[Fernet]:
    return _ring_of(settings.SECRET_KEY, tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=8)
def _ring_of(secret_key: str, given: tuple[str, ...]) -> list[Fernet]:
    """The given keys, then the one of the secret key: what was stored before keys were given stays readable."""
    return [Fernet(key) for key in (*given, keys.derived_fernet_key(secret_key, "encryption"))]


class Secret(str):
    """A text that does not show itself in logs of objects, tracebacks and consoles."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Nothing of the text."""
        return "<secret>"


class Sealed:
    """A stored text that nobody has read yet."""

    __slots__ = ("_opened", "text")

    def __init__(self, text: str) -> None:
        """Keep it as it is stored."""
        self.text = text
        self._opened: Secret | None = None

    def open(self) -> Secret:
        """The text itself; raises Unreadable."""
        if self._opened is None:
            self._opened = Secret(decrypt(self.text))
        return self._opened

    def __repr__(self) -> str:
        """Nothing of the text."""
        return "<sealed>"

    def __reduce__(self) -> tuple:
        """What is copied or pickled is sealed again."""
        return Sealed, (self.text,)


class _OpenedWhenRead(DeferredAttribute):
    """The attribute of an encrypted field: a row that holds an unreadable secret can be loaded, changed and saved."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        value = super().__get__(instance, cls)
        return value.open() if isinstance(value, Sealed) else value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = Secret(value) if type(value) is str else value


class EncryptedTextField(models.TextField):
    """A text that is encrypted in the database and cannot be searched; an empty one stays empty.

    `values()` and `values_list()` answer it as `Sealed`.
    """

    descriptor_class = _OpenedWhenRead

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """Keep it sealed until it is read."""
        return Sealed(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt what is new, and leave what was never changed as it is stored."""
        if not value or hasattr(value, "resolve_expression"):
            return value
        return value.text if isinstance(value, Sealed) else encrypt(str(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """What the instance holds, unread."""
        return self.value_from_object(model_instance)

    def value_from_object(self, obj: models.Model) -> Any:
        """What the instance holds, unread: forms and serializers ask here."""
        return obj.__dict__[self.attname] if self.attname in obj.__dict__ else getattr(obj, self.attname)

    def value_to_string(self, obj: models.Model) -> str:
        """Serializers write it encrypted."""
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def get_lookup(self, lookup_name: str) -> Any:
        """It can be asked for missing values alone."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> None:
        """Nothing can be computed from it."""
        return

    def formfield(self, **kwargs: Any) -> forms.Field:
        """A password input, which never shows what is stored."""
        return super().formfield(**{"widget": forms.PasswordInput(attrs={"autocomplete": "off"}), **kwargs})


@dataclass(frozen=True, slots=True)
class Kept:
    """One encrypted text where it is stored."""

    owner: str
    pk: Any
    text: str = field(repr=False)
    replace: Callable[[str], object] = field(repr=False)


Source = Callable[[], Iterator[Kept]]


def encrypted_fields() -> list[tuple[type[models.Model], EncryptedTextField]]:
    """Every encrypted field of every model that has a table."""
    return [
        (model, each)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for each in model._meta.local_concrete_fields
        if isinstance(each, EncryptedTextField)
    ]


def _kept_in_fields() -> Iterator[Kept]:
    for model, each in encrypted_fields():
        yield from _kept_in(model, each)


def _kept_in(model: type[models.Model], each: EncryptedTextField) -> Iterator[Kept]:
    """The texts of one field, chunk by chunk; the rows are locked while their chunk is worked on."""
    waiting = model._base_manager.filter(**{f"{each.name}__isnull": False}).order_by("pk")
    rest = waiting
    while True:
        with transaction.atomic():
            rows = list(rest.select_for_update(no_key=True).values_list("pk", each.attname)[:CHUNK])
            for pk, value in rows:
                if isinstance(value, Sealed):
                    yield Kept(f"{model._meta.label}.{each.name}", pk, value.text, _replacing(model, each, pk))
        if len(rows) < CHUNK:
            return
        rest = waiting.filter(pk__gt=rows[-1][0])


def _replacing(model: type[models.Model], each: EncryptedTextField, pk: Any) -> Callable[[str], object]:
    return lambda text: model._base_manager.filter(pk=pk).update(**{each.name: Sealed(text)})


_sources: list[Source] = [_kept_in_fields]


def register_source(source: Source) -> None:
    """Name further encrypted texts, which are not in a field of their own: `source()` yields each as `Kept`."""
    if source not in _sources:
        _sources.append(source)


@dataclass(slots=True)
class Rotation:
    """What a rotation found and did."""

    renewed: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate() -> Rotation:
    """Encrypt every stored secret under the newest key; doing it twice changes nothing."""
    done = Rotation()
    for source in _sources:
        for kept in source():
            try:
                renewed = encrypted_anew(kept.text)
            except Unreadable:
                done.unreadable.append(f"{kept.owner} of {kept.pk}")
                continue
            if renewed is None:
                done.current += 1
            else:
                kept.replace(renewed)
                done.renewed += 1
    return done
