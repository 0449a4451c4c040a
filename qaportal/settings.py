"""Every setting of the portal, read from the environment. Reading settings starts nothing and writes nothing.

`manage.py`, the supervisor and the tests fill in what a fresh machine does not have (a database, a secret key)
before Django reads this file; see `qaportal/embedded.py`.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from qaportal.kit import addresses, keys, rates
from qaportal.logs import logging_at

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def required(name: str, hint: str) -> str:
    """The value of the variable, or one clear line that says what is missing."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value


def read(name: str, cast: type, default: object) -> object:
    """The variable cast to a type; a value that does not fit stops the start with its name."""
    try:
        return env.get_value(name, cast=cast, default=default)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{name} has a value that cannot be used: {error}") from error


# -- where things are ------------------------------------------------------------------------------------------------
DATA = Path(env.str("QAPORTAL_DATA", default=str(BASE_DIR / "var"))).expanduser()
DEBUG = read("QAPORTAL_DEBUG", bool, False)
SECRET_KEY = required("QAPORTAL_SECRET_KEY", "Give it a long random text, or use script/server, which keeps one.")
TOKEN_SIGNING_KEY = env.str("QAPORTAL_TOKEN_KEY", default="") or f"token:{SECRET_KEY}"
ENCRYPTION_KEYS = read("QAPORTAL_ENCRYPTION_KEYS", keys.parse, [])  # newest first; see kit/secrets.py
LOCAL_ORIGIN = env.str("QAPORTAL_LOCAL_ORIGIN", default="http://127.0.0.1:8000")  # set by the supervisor
ORIGIN = env.str("QAPORTAL_ORIGIN", default=LOCAL_ORIGIN).rstrip("/")
if urlsplit(ORIGIN).scheme not in {"http", "https"} or not urlsplit(ORIGIN).netloc:
    raise ImproperlyConfigured("QAPORTAL_ORIGIN must be the portal's public address, such as https://qa.example.com.")
ALLOWED_HOSTS = env.list("QAPORTAL_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ALLOWED_HOSTS = [*ALLOWED_HOSTS, urlsplit(ORIGIN).hostname]
CSRF_TRUSTED_ORIGINS = [ORIGIN]
HTTPS = ORIGIN.startswith("https://")
VERSION = "0.1.0"

ROOT_URLCONF = "qaportal.urls"
WSGI_APPLICATION = "qaportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mails are unique whatever their case, by a constraint
    "security.W005",  # HSTS speaks of this host alone, and
    "security.W021",  # asks for no place in the browsers' lists: see the security headers below
]

INSTALLED_APPS = [
    "accounts.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "rest_framework",
    "storages",
    "template_partials",
    "qaportal.kit",
    "accounts",
    "files",
    "catalog",
    "releases",
    "runs",
    "issues",
    "reporting",
    "operations",
]

MIDDLEWARE = [
    "qaportal.kit.requests.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "qaportal.kit.requests.BodyLimitMiddleware",
    "qaportal.kit.requests.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.audit.request_records.RequestRecordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qaportal.kit.requests.PageErrorsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionActivityMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qaportal.kit.shell.shell",
            ],
            "builtins": ["qaportal.kit.templatetags.ui", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "qaportal.kit.forms.PortalFormRenderer"

# -- database and jobs -----------------------------------------------------------------------------------------------
required("DATABASE_URL", "Name a PostgreSQL database, or start with script/server, which brings its own.")
try:
    DATABASES = {"default": env.db_url("DATABASE_URL")}
except (ValueError, environ.ImproperlyConfigured) as error:
    raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from error
if "postgresql" not in DATABASES["default"].get("ENGINE", ""):
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://...).")
DATABASES["default"]["CONN_MAX_AGE"] = read("QAPORTAL_CONN_MAX_AGE", int, 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kit_cache"}}

# -- files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA / "static"
MEDIA_ROOT = DATA / "files"
S3_BUCKET = env.str("QAPORTAL_S3_BUCKET", default="")
if S3_BUCKET:
    from botocore.config import Config

    file_storage = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("QAPORTAL_S3_ENDPOINT", default="") or None,
            "region_name": env.str("QAPORTAL_S3_REGION", default="") or None,
            "access_key": env.str("QAPORTAL_S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("QAPORTAL_S3_SECRET_KEY", default="") or None,
            "file_overwrite": False,
            "default_acl": None,
            # A storage that does not answer holds no web thread for long; links to single files are signed with s3v4.
            "client_config": Config(
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=20,
                retries={"mode": "standard", "max_attempts": 2},
            ),
            "max_memory_size": 4 * 1024 * 1024,  # bytes of a file that is read; more goes to disk
        },
    }
else:
    file_storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    }
STORAGES = {
    "default": file_storage,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
FILE_LINK_LIFETIME = timedelta(minutes=5)  # of links that lead past the portal to a file in S3
UPLOAD_LINK_LIFETIME = timedelta(hours=1)  # of addresses to send an announced file to
UPLOAD_LIMIT = read("QAPORTAL_UPLOAD_LIMIT_MB", int, 512) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# -- sign-in ---------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.sign_in.backends.ActiveUserBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "reset_password": "accounts.forms.ForgottenPasswordForm"}
ACCOUNT_RATE_LIMITS = {  # counted by the portal itself
    "login": False,
    "login_failed": False,
    "reauthenticate": False,
    "reset_password": False,
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "accounts.sign_in.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # people are added by an administrator, their addresses are his word
MFA_TOTP_ISSUER = "QA Portal"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.forms.second_factors.CodeForm",
    "authenticate_webauthn": "accounts.forms.second_factors.KeyForm",
    "reauthenticate": "accounts.forms.second_factors.CodeAgainForm",
    "reauthenticate_webauthn": "accounts.forms.second_factors.KeyAgainForm",
}
SOCIALACCOUNT_ADAPTER = "accounts.sign_in.social.CompanyAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # the button posts to a page of ours, which leads on by a link
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# The prefix makes browsers take these cookies from this very host by https alone: no other host of the domain, and
# nobody on the way, can put one of his own in their place.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
MESSAGE_STORAGE = "qaportal.kit.cookies.PortalMessages"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.sign_in.backends.attempted_email"
AXES_LOCKOUT_CALLABLE = "accounts.sign_in.backends.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = [  # what of a failed attempt is not kept, beside its password
    *("username", "ip_address", "otp", "code", "token", "secret", "password1", "password2", "oldpassword"),
    *("new_password", "newPassword", "current_password", "refresh_token", "refreshToken", "access_token"),
    *("client_secret", "clientSecret", "recovery_code", "api_key", "credential"),
]
AXES_DISABLE_ACCESS_LOG = True  # sign-ins stand in the audit trail
PLATFORM_SECOND_FACTOR = read("QAPORTAL_PLATFORM_SECOND_FACTOR", bool, False)  # of administrators of the platform
TRUSTED_PROXIES = read("QAPORTAL_TRUSTED_PROXIES", int, 0)
AXES_CLIENT_IP_CALLABLE = "qaportal.kit.requests.client_network_address"
if TRUSTED_PROXIES and HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
REFRESH_TOKEN_LIFETIME = timedelta(days=14)
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": TOKEN_SIGNING_KEY,
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "UPDATE_LAST_LOGIN": False,
}

# -- security headers ------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# A year of https for the portal's own host and no other. Hosts below its name belong to the operator, who may have
# some without https, and a place in the browsers' lists can hardly be taken back, so both are his to decide, at the
# proxy. Against cookies that such a host could set, the portal has the __Host- prefix.
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
# Without a trusted proxy nobody tells how the client came, and a redirect would lead in a circle.
SECURE_SSL_REDIRECT = HTTPS and TRUSTED_PROXIES > 0
SECURE_SSL_HOST = urlsplit(ORIGIN).netloc
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]  # asked from this machine, past the proxy
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# -- API -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "accounts.api.authentication.BrowserSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api.permissions.TokenScopes",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["qaportal.kit.api.throttling.RateThrottle"],
    "DEFAULT_PARSER_CLASSES": ["qaportal.kit.api.parsers.SafeJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "qaportal.kit.api.schema.PortalAutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "qaportal.kit.api.errors.handle_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is what an export writes
}
SPECTACULAR_SETTINGS = {
    "TITLE": "QA Portal API",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/",
    "PREPROCESSING_HOOKS": ["qaportal.kit.api.schema.without_trailing_slashes"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AccountStatusEnum": "accounts.choices.UserStatus",
        "ReportedStatusEnum": "runs.api.sync.fields.RESULT_WORDS",
        "SuiteRunStatusEnum": "runs.api.sync.fields.RUN_WORDS",
        "TestRunStatusEnum": "runs.api.manual_run_serializers.RUN_WORDS",
    },
}

# -- mail ------------------------------------------------------------------------------------------------------------
if env.str("EMAIL_URL", default=""):
    try:
        vars().update(env.email_url("EMAIL_URL"))
    except (ValueError, KeyError, environ.ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: {error}") from error
    MAIL_FOLDER = None
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    MAIL_FOLDER = EMAIL_FILE_PATH = str(DATA / "mail")
DEFAULT_FROM_EMAIL = env.str("QAPORTAL_MAIL_FROM", default="QA Portal <qa-portal@localhost>")
EMAIL_TIMEOUT = 20

# -- words and time --------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False

# -- the portal's own ------------------------------------------------------------------------------------------------
WORKER_HEARTBEAT_LIMIT = 60  # seconds without a heartbeat after which a worker counts as dead
JOB_ATTEMPT_LIMIT = 8  # how often a job whose worker died is started again before it fails visibly
PLAIN_LIST_LIMIT = 5_000  # rows of a plain list without ?page=
API_PAGE_SIZE_LIMIT = 500
API_RATE_LIMITS = {
    "user": read("QAPORTAL_RATE_USER", rates.checked, "1000/h"),
    "anonymous": read("QAPORTAL_RATE_ANONYMOUS", rates.checked, "100/h"),  # by address; signing in counts here
    "burst": read("QAPORTAL_RATE_BURST", rates.checked, "50/min"),
    "ingest": read("QAPORTAL_RATE_INGEST", rates.checked, "36000/h"),  # views that take results
    "ingest_burst": read("QAPORTAL_RATE_INGEST_BURST", rates.checked, "1200/min"),
}
SECOND_FACTOR_RATE = read("QAPORTAL_RATE_SECOND_FACTOR", rates.checked, "60/h")  # codes for one person, from anywhere
SIGN_IN_RATE = read("QAPORTAL_RATE_SIGN_IN", rates.checked, "60/min")  # passwords that one network tries on the page
REGISTRATION_LIFETIME = timedelta(days=3)  # after which a registration that nobody confirmed is removed
ATTEMPT_LIMITS = {  # of registering, and of asking for a mail: each counts on its own, on page and API together
    "address": read("QAPORTAL_RATE_MAILS", rates.checked, "5/h"),  # for one e-mail address
    "client": read("QAPORTAL_RATE_MAILS_CLIENT", rates.checked, "30/h"),  # by one client, for whatever addresses
    "actor": read("QAPORTAL_RATE_INVITING", rates.checked, "300/h"),  # addresses that one person invites or adds
}
JSON_BODY_LIMIT = 10 * 1024 * 1024
JSON_DEPTH_LIMIT = 64
OUTBOUND_ALLOW = read("QAPORTAL_OUTBOUND_ALLOW", addresses.checked_openings, [])

LOGGING = logging_at(env.str("QAPORTAL_LOG_LEVEL", default="INFO"))
