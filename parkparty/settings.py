"""Every setting comes from the environment (or `.env`), with a default that is safe on a desk.

Three kinds of start are told apart by two switches:

* ``PRODUCTION=1`` – a site with real data: DEBUG, the default key, SQLite and the demo are refused;
* ``DEMO=1`` – `make run`: role buttons instead of passwords, invented data, a banner on every page;
* neither – development and tests.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
if env.bool("READ_DOT_ENV", True):
    environ.Env.read_env(BASE_DIR / ".env")

DEFAULT_SECRET_KEY = "insecure-development-key-never-used-in-production"  # nosec B105

SECRET_KEY = env.str("SECRET_KEY", DEFAULT_SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former keys, while what they sealed is in use
DEBUG = env.bool("DEBUG", False)
PRODUCTION = env.bool("PRODUCTION", False)
DEMO = env.bool("DEMO", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)  # how many of our own proxies stand before the site
AUDIT_RETENTION_DAYS = env.int("AUDIT_RETENTION_DAYS", 400)  # the law asks for six months

DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'parkparty.sqlite3'}")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

INSTALLED_APPS = [
    "parkparty.core",
    "parkparty.accounts",
    "parkparty.audit",
    "parkparty.places",
    "parkparty.organizations",
    "parkparty.access",
    "parkparty.signin",
    "parkparty.notices",
    "parkparty.companies",
    "parkparty.activities",
    "parkparty.rules",
    "parkparty.founding",
    "parkparty.coverage",
    "parkparty.rosters",
    "parkparty.engagement",
    "parkparty.reports",
    "parkparty.api",
    "parkparty.demo",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "parkparty.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "parkparty.signin.middleware.SessionLimitsMiddleware",
    "parkparty.access.middleware.ScopeMiddleware",
    "parkparty.rules.middleware.LimitsMiddleware",
    "parkparty.coverage.middleware.KeptListMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "parkparty.signin.middleware.DutiesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "parkparty.api.middleware.OnlyReadMiddleware",
    "parkparty.core.middleware.KnownMethodsMiddleware",
]

ROOT_URLCONF = "parkparty.urls"
WSGI_APPLICATION = "parkparty.wsgi.application"

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
                "django.template.context_processors.i18n",
                "parkparty.access.scoping.page_context",
                "parkparty.notices.scoping.inbox_context",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
    {"NAME": "parkparty.accounts.rules.WellKnown"},
    {"NAME": "parkparty.signin.services.passwords.ContextWords"},
]
# OWASP ASVS 5.0 forbids rules of composition and forced changes, GB/T 22239 asks for both: a site chooses.
SECURITY_PROFILE = env.str("SECURITY_PROFILE", "ASVS")
if SECURITY_PROFILE == "CN":
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "parkparty.accounts.rules.Composition"})
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", 90 if SECURITY_PROFILE == "CN" else 0)  # 0: no limit
PASSWORD_CONTEXT_WORDS = env.list("PASSWORD_CONTEXT_WORDS", default=[])  # further names that no password may hold
LOGIN_LIMIT = env.int("LOGIN_LIMIT", 5)  # failed tries of one account from one address within the window
LOGIN_ADDRESS_LIMIT = env.int("LOGIN_ADDRESS_LIMIT", 50)  # and from one address, behind which an office may sit
LOGIN_WINDOW_MINUTES = env.int("LOGIN_WINDOW_MINUTES", 15)
MFA_REQUIRED = env.bool("MFA_REQUIRED", PRODUCTION) and not DEMO  # of administrators and reviewers
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 30)
SESSION_ABSOLUTE_HOURS = env.int("SESSION_ABSOLUTE_HOURS", 12)
RECENT_LOGIN_MINUTES = env.int("RECENT_LOGIN_MINUTES", 10)  # how long a proof of presence opens sensitive steps
INVITATION_DAYS = env.int("INVITATION_DAYS", 7)
API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", 120)  # with one token
SITE_URL = env.str("SITE_URL", "")  # https://…, for links in letters; otherwise the address that the administrator uses
DEMO_SITE = env.str("DEMO_SITE", "")  # https://…, a site with invented data that a new office may look at first
OIDC_ISSUER = env.str("OIDC_ISSUER", "")  # a city's identity provider; empty: off
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_SCOPE = env.str("OIDC_SCOPE", "openid email")
OIDC_CLAIM = env.str("OIDC_CLAIM", "email")  # a verified e-mail, or a claim that holds the login name
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
ROBOT_GATEWAYS = env.list(
    "ROBOT_GATEWAYS", default=[]
)  # host:port inside the office through which chat robots are told
FEEDBACK_CONTACT = env.str("FEEDBACK_CONTACT", "")  # shown on 投诉建议: an office, a telephone number, an address

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [
    BASE_DIR / "parkparty" / "locale",
    BASE_DIR / "parkparty" / "wording",  # Django's own sentences, in the words of this site
]
FORMAT_MODULE_PATH = ["parkparty.formats"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", BASE_DIR / "node_modules" / "bootstrap" / "dist"),
    ("vendor/bootstrap-icons", BASE_DIR / "node_modules" / "bootstrap-icons" / "font"),
]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=VAR_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our own pages only
FILE_UPLOAD_PERMISSIONS = 0o600
CLAMD_ADDRESS = env("CLAMD_ADDRESS", default="")  # host:port of a virus scanner that sees attachments first
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

TASKS_IMMEDIATE = env.bool("TASKS_IMMEDIATE", False)
TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"
        if TASKS_IMMEDIATE
        else "django_tasks_db.DatabaseBackend"
    }
}

MAIL_IS_SET = bool(env.str("EMAIL_URL", ""))  # smtp+tls://user:password@host:587
if MAIL_IS_SET:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "parkparty@localhost")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_HOURS * 60 * 60
CSRF_FAILURE_VIEW = "parkparty.core.http.csrf_failure"
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^api/"]  # refused instead: a program that follows would never learn of its fault
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_TLS_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def refuse_unsafe_production() -> None:
    """Stop a site with real data from starting on settings made for a desk.

    Raises:
        ImproperlyConfigured: naming every setting that must change, so that one start shows all.
    """
    faults = []
    if DEBUG:
        faults.append("DEBUG=1 → 去掉 DEBUG")
    if SECRET_KEY == DEFAULT_SECRET_KEY or len(SECRET_KEY) < 40:
        faults.append("SECRET_KEY 未设置或少于 40 个字符 → 设置一个随机长字符串")
    if urlsplit(DATABASE_URL).scheme == "sqlite" and not env.bool("ALLOW_SQLITE", False):
        faults.append("DATABASE_URL 是 SQLite → 改为 postgres://…，确要使用时设 ALLOW_SQLITE=1")
    if DEMO:
        faults.append("DEMO=1 → 演示模式免密码登录，正式环境必须关闭")
    if SECURITY_PROFILE not in {"ASVS", "CN"}:
        faults.append("SECURITY_PROFILE 只能是 ASVS 或 CN")
    if "*" in ALLOWED_HOSTS or not env.list("ALLOWED_HOSTS", default=[]):
        faults.append("ALLOWED_HOSTS 未设置或含 * → 写明网站域名")
    if faults:
        raise ImproperlyConfigured("正式环境拒绝启动：\n- " + "\n- ".join(faults))


if PRODUCTION:
    refuse_unsafe_production()
