"""Settings, all from the environment: every variable is described in `.env.example`."""

import zlib
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from oauth.scopes import DEFAULT_SCOPES, SCOPES
from reviewhub.backoffice.theme import UNFOLD as UNFOLD
from reviewhub.env import (
    BASE_DIR,
    anymail,
    database,
    days_by_kind,
    env,
    key_and_former,
    log_level,
    mail,
    networks,
    one_of,
    origin,
    parts,
    redis_url,
    secret_key,
    whole_number,
)
from reviewhub.languages import find_languages

# --- Site -----------------------------------------------------------------------------------

DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY = secret_key(debug=DEBUG)
# A key of its own, so that a changed SECRET_KEY does not lose the opt-outs of erased contacts.
ADDRESS_HASH_KEY: str = env.str("ADDRESS_HASH_KEY", default=SECRET_KEY)
SECRET_KEY_FALLBACKS: list[str] = parts("SECRET_KEY_FALLBACKS", default=[])
# Signs exported evidence; former ones, so that documents of then can still be checked.
EVIDENCE_KEY, EVIDENCE_KEY_FALLBACKS = key_and_former("EVIDENCE_KEY", SECRET_KEY, SECRET_KEY_FALLBACKS)
PORT = whole_number("PORT", default=8000, least=1, most=65535)
PUBLIC_URL = origin("PUBLIC_URL", default=f"http://localhost:{PORT}")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS: list[str] = parts("ALLOWED_HOSTS", default=[_public.hostname or ""])
if DEBUG:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS: list[str] = parts("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])

ROOT_URLCONF = "reviewhub.urls"
WSGI_APPLICATION = "reviewhub.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its templates
    "django_filters",
    "django_q",
    "oauth2_provider",
    "rest_framework",
    "anymail",
    "csp",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth",
    "reviews",
    "reviewhub",  # last: its app re-registers what others registered with the admin
]

MIDDLEWARE = [
    "reviewhub.middleware.give_request_id",
    "reviewhub.middleware.log_access",
    "django.middleware.security.SecurityMiddleware",
    "reviewhub.compression.compress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "oauth.calls.cross_origin.answer_other_origins",
    "reviewhub.middleware.forbid_storing",
    "reviewhub.middleware.answer_errors_in_json",
    "reviewhub.middleware.refuse_coded_bodies",
    "oauth.calls.throttling.rate_headers",
    "csp.middleware.CSPMiddleware",
    "reviewhub.middleware.set_admin_csp",
    "reviewhub.middleware.limit_page_methods",
    "reviewhub.slashes.forgive_slashes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "oauth.sign_in.languages.speak_persons_language",
    "oauth.sign_in.sessions.note_sessions",
    "allauth.account.middleware.AccountMiddleware",
    "oauth.sign_in.second_factor.StaffMustHaveMFA",
    "reviewhub.backoffice.business.BusinessTimeZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "reviewhub.backoffice.loader.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oauth.views.frame.frame",
            ],
        },
    }
]

# Fields of forms are drawn by the same templates as pages, so that ours come before the theme's.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "en"
# Languages of messages and of all pages: English, and each one that has a folder of translations.
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = find_languages(LOCALE_PATHS[0])
TIME_ZONE = "UTC"
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # files that collectstatic has not collected are served, too
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "reviewhub.static.StaticFiles"
    },
}

# --- Security -------------------------------------------------------------------------------

AUTH_USER_MODEL = "oauth.User"
LOGIN_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    # For generated client secrets only; never first, so that people's passwords do not use it.
    "oauth.hashers.GeneratedSecretHasher",
]

# --- Sign-in (allauth) ------------------------------------------------------------------------

STAFF_MUST_HAVE_MFA: bool = env.bool("STAFF_MUST_HAVE_MFA", default=False)
# Encrypts second factors; apart from SECRET_KEY, whose change locks nobody out. The fallbacks decrypt what is older.
SECOND_FACTOR_KEY, SECOND_FACTOR_KEY_FALLBACKS = key_and_former("SECOND_FACTOR_KEY", SECRET_KEY, SECRET_KEY_FALLBACKS)
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "oauth.sign_in.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is the operator's word, or proved by an invitation
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {
    "login": None,  # oauth.calls.throttling counts wrong passwords and codes …
    "login_failed": "10/10m/key",  # … and this counts a person's wrong codes, from any address
}
MFA_ADAPTER = "oauth.sign_in.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {"authenticate": "oauth.sign_in.forms.CodeForm", "reauthenticate": "oauth.sign_in.forms.ConfirmingCodeForm"}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # by PIN or biometrics: every passkey may sign in without the password
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # asked and answered; oauth.calls.throttling counts wrong answers
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "ReviewHub"
MFA_TOTP_TOLERANCE = 1  # one step for the clock of a phone: RFC 6238 §5.2

# --- Transport --------------------------------------------------------------------------------

_https = _public.scheme == "https"
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = _https and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = whole_number("HSTS_SECONDS", default=31_536_000) if _https and not DEBUG else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https and not DEBUG
# The lists that browsers ship take a domain with all of its subdomains, and give it back after months: a choice.
SECURE_HSTS_PRELOAD: bool = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# The admin's theme evaluates expressions (Alpine.js) and sets inline styles; it has no inline script and no handler.
ADMIN_CONTENT_SECURITY_POLICY: dict[str, list[str]] = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}

# --- Data -----------------------------------------------------------------------------------

DATABASES = {"default": database(default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"

REDIS_URL = redis_url("REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "reviewhub.cache.Cache", "LOCATION": REDIS_URL}
    if REDIS_URL
    # With Django's limit of 300 entries, guesses under new names would push counters out.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}

# --- Mail and text messages ------------------------------------------------------------------

_mail = mail()
MAIL_PROVIDER = bool(_mail)
EMAIL_BACKEND: str = _mail.get("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_HOST: str = _mail.get("EMAIL_HOST", "localhost")
EMAIL_PORT: int = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER: str = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = whole_number("EMAIL_TIMEOUT", default=20, least=1)
ANYMAIL: dict[str, Any] = anymail() | {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT}
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default=f"reviews@{_public.hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
UNSUBSCRIBE_MAILTO: str = env.str("UNSUBSCRIBE_MAILTO", default="")

TWILIO_ACCOUNT_SID: str = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN: str = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM: str = env.str("TWILIO_FROM", default="")
TWILIO_MESSAGING_SERVICE_SID: str = env.str("TWILIO_MESSAGING_SERVICE_SID", default="")
TWILIO_API_URL = origin("TWILIO_API_URL", default="")
TWILIO_TIMEOUT = whole_number("TWILIO_TIMEOUT", default=20, least=1)
# Limit of the installation's own sender; 0 for none: the provider queues the texts.
TEXTS_PER_SECOND = whole_number("TEXTS_PER_SECOND", default=0, most=1000)
TEXT_PROVIDER = bool(TWILIO_ACCOUNT_SID)
SANDBOX = not (MAIL_PROVIDER or TEXT_PROVIDER)  # messages are rendered and recorded, and nothing leaves

# Where the operator is told of what only they can mend: a chat's webhook, and a number for where nothing else works.
OPERATOR_ALERT_URL: str = env.str("OPERATOR_ALERT_URL", default="").strip()
OPERATOR_ALERT_NUMBER: str = env.str("OPERATOR_ALERT_NUMBER", default="").strip()

# Most messages of a channel that one worker has on their way at once, when the provider is slow.
SEND_THREADS = whole_number("SEND_THREADS", default=32, least=1, most=256)

# --- Webhooks -------------------------------------------------------------------------------

# Encrypts the secrets of webhooks. The fallbacks decrypt what was encrypted before the key was changed.
WEBHOOK_KEY, WEBHOOK_KEY_FALLBACKS = key_and_former("WEBHOOK_KEY", SECRET_KEY, SECRET_KEY_FALLBACKS)
# Private networks that webhooks may call: the operator's choice, never an account's.
WEBHOOK_NETWORKS = networks("WEBHOOK_NETWORKS")

# --- Queue ----------------------------------------------------------------------------------

WORKERS = whole_number("WORKERS", default=1 if SQLITE else 2, least=1)
# Megabytes of addresses that a process of the worker may have beside its threads' stacks. It has 150 to 300 in use.
WORKER_MEMORY_MB = whole_number("WORKER_MEMORY_MB", default=1024)
# retry > timeout > lease (delivery.claims.LEASE, 120 s), so that no task is run again while its rows are claimed.
# The queue is named after the database: installations that share a Redis must not take each other's tasks.
_database = DATABASES["default"]
_queue = zlib.crc32(":".join(str(_database.get(part, "")) for part in ("HOST", "PORT", "NAME")).encode())
Q_CLUSTER: dict[str, Any] = {
    "name": f"reviewhub-{_queue:08x}",
    "broker_class": "reviews.worker.queue.RedisBroker" if REDIS_URL else "reviews.worker.queue.DatabaseBroker",
    "orm": "default",
    "redis": REDIS_URL,
    "workers": WORKERS,
    "timeout": 150,
    "retry": 180,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": 250,
    "catch_up": False,
    "poll": 0.2,
    "label": "Queue",
}
KEEP_DAYS = days_by_kind("KEEP_DAYS")

# --- API ------------------------------------------------------------------------------------

API_RATE_PER_MINUTE = whole_number("API_RATE_PER_MINUTE", default=1200)
API_ACCOUNT_RATE_PER_MINUTE = whole_number("API_ACCOUNT_RATE_PER_MINUTE", default=6000)
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oauth.calls.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["oauth.calls.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["oauth.calls.throttling.TokenThrottle"],
    "DEFAULT_PARSER_CLASSES": ["reviewhub.rest.errors.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "reviewhub.rest.negotiation.JsonAlways",
    "DEFAULT_METADATA_CLASS": "reviewhub.rest.metadata.MetadataOfOwnRows",
    "DEFAULT_PAGINATION_CLASS": "reviewhub.rest.errors.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["reviewhub.rest.query.StrictFilters"],
    "DEFAULT_SCHEMA_CLASS": "reviews.api.openapi.rules.DescribedSchema",  # used by `manage.py openapi` alone
    "EXCEPTION_HANDLER": "reviewhub.rest.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%SZ",
}

# --- OAuth ----------------------------------------------------------------------------------

OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth.Application"
OAUTH2_PROVIDER_GRANT_MODEL = "oauth.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth.RefreshToken"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth.IDToken"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth2_provider.DeviceGrant"
# Derives refreshed tokens; a key of its own, so that sessions and tokens are rotated apart.
OAUTH_TOKEN_KEY: str = env.str("OAUTH_TOKEN_KEY", default=SECRET_KEY)
ACCESS_TOKEN_SECONDS = 3600
REFRESH_TOKEN_SECONDS = 180 * 24 * 3600
OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES": SCOPES,
    "DEFAULT_SCOPES": DEFAULT_SCOPES,
    "ACCESS_TOKEN_EXPIRE_SECONDS": ACCESS_TOKEN_SECONDS,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": REFRESH_TOKEN_SECONDS,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,  # grants.py has a grace of its own
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ROTATE_REFRESH_TOKEN": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"] if DEBUG else ["https"],
    "OIDC_ISS_ENDPOINT": PUBLIC_URL,
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "oauth.server.validator.Validator",
    "CLIENT_SECRET_HASHER": "generated_hmac_sha256",
    "CLIENT_SECRET_GENERATOR_CLASS": "oauth.hashers.ClientSecretGenerator",
    "PKCE_REQUIRED": True,  # but the validator demands it of public clients only, as the contract says
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

# --- Logging --------------------------------------------------------------------------------

LOG_FORMAT = one_of("LOG_FORMAT", "json", "text", default="text" if DEBUG else "json")
# Token for /metrics from other machines than this one.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

_to_console = {"handlers": ["console"], "propagate": False}
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "reviewhub.logs.LineFormatter", "log_format": LOG_FORMAT}},
    # The only handler: its formatter masks every line.
    "handlers": {"console": {"class": "reviewhub.logs.Console", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": log_level("LOG_LEVEL", default="INFO")},
    "loggers": {
        **{name: {"level": "INFO"} | _to_console for name in ("django", "django.server", "gunicorn.access")},
        # One line per task would drown the messages of the product itself.
        "django-q": {"level": "WARNING"} | _to_console,
        # The web server's own logger would write tracebacks and addresses unmasked. --log-level sets its level.
        "gunicorn.error": _to_console,
        # A line for each request that waits for a thread.
        "waitress.queue": {"level": "ERROR"},
        # Their debug lines hold codes and tokens.
        **{name: {"level": "INFO"} for name in ("oauthlib", "oauth2_provider")},
    },
}

# --- Back-office ----------------------------------------------------------------------------

FORMAT_MODULE_PATH = ["reviewhub.formats"]
