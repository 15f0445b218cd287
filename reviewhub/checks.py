"""System checks of the configuration (`manage.py check`): E for what cannot work, W for a risk in production."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError, transaction

from oauth.redirect_uris import LOOPBACK
from reviewhub import outbound
from reviewhub.env import ENV_FILE
from reviewhub.secret_settings import SECRETS

SHORTEST_METRICS_TOKEN = 32

E164 = re.compile(r"\+[1-9][0-9]{6,14}")

Apps = Sequence[AppConfig] | None


@register(Tags.compatibility)
def check_text_provider(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find a configuration of Twilio that lacks a part."""
    faults: list[CheckMessage] = []
    if not settings.TWILIO_ACCOUNT_SID:
        for name in ("TWILIO_AUTH_TOKEN", "TWILIO_FROM", "TWILIO_MESSAGING_SERVICE_SID"):
            if getattr(settings, name):
                hint = f"Set TWILIO_ACCOUNT_SID, too, or leave {name} empty: without it no text message leaves."
                faults.append(Error(f"{name} is set without TWILIO_ACCOUNT_SID.", hint=hint, id="reviewhub.E003"))
        return faults
    if not settings.TWILIO_AUTH_TOKEN:
        hint = "Copy the auth token from Twilio's console."
        faults.append(Error("TWILIO_ACCOUNT_SID is set and TWILIO_AUTH_TOKEN is not.", hint=hint, id="reviewhub.E001"))
    if not (settings.TWILIO_FROM or settings.TWILIO_MESSAGING_SERVICE_SID):
        hint = "Set TWILIO_FROM to one of your numbers, or TWILIO_MESSAGING_SERVICE_SID."
        faults.append(Error("Texts have no sender.", hint=hint, id="reviewhub.E002"))
    return faults


@register(Tags.compatibility)
def check_alarms(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find an address for alarms that cannot be called, or a number that cannot be texted."""
    faults: list[CheckMessage] = []
    if settings.OPERATOR_ALERT_URL:
        try:
            outbound.check(settings.OPERATOR_ALERT_URL, outbound.ANYWHERE)
        except outbound.Forbidden as reason:  # which does not quote it: it is a secret
            hint = "Copy the address that the other program shows, from https:// on."
            faults.append(Error(f"OPERATOR_ALERT_URL cannot be called. {reason}", hint=hint, id="reviewhub.E006"))
    if settings.OPERATOR_ALERT_NUMBER:
        if not E164.fullmatch(settings.OPERATOR_ALERT_NUMBER):
            hint = "Write it with + and the country's code, and without blanks, such as +12125550123."
            faults.append(Error("OPERATOR_ALERT_NUMBER is no phone number.", hint=hint, id="reviewhub.E007"))
        if not settings.TEXT_PROVIDER:
            hint = "Set TWILIO_ACCOUNT_SID and its companions, or OPERATOR_ALERT_URL in its place."
            faults.append(Error("OPERATOR_ALERT_NUMBER is set, and no text can leave.", hint=hint, id="reviewhub.E008"))
    return faults


@register(Tags.compatibility, deploy=True)
def check_second_way(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find an installation whose operator is told of nothing once mail is what fails."""
    if settings.OPERATOR_ALERT_URL or settings.OPERATOR_ALERT_NUMBER:
        return []
    hint = "Set OPERATOR_ALERT_URL (Slack, Mattermost, ntfy …) or OPERATOR_ALERT_NUMBER."
    return [Caution("Where mail fails, nobody is told of it.", hint=hint, id="reviewhub.W018")]


@register(Tags.security, deploy=True)
def check_addresses(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find a PUBLIC_URL that nobody else can reach, or that has no TLS."""
    hint = "Set PUBLIC_URL to the https address under which people reach the site."
    if urlsplit(settings.PUBLIC_URL).hostname in LOOPBACK:
        return [Caution("OAuth has no issuer that clients could reach.", hint=hint, id="reviewhub.W008")]
    if not settings.PUBLIC_URL.startswith("https://"):
        return [Caution("Links in messages, and the OAuth issuer, have no TLS.", hint=hint, id="reviewhub.W001")]
    return []


@register(Tags.security, deploy=True)
def check_proxy(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find an https site that does not look at its proxy's headers: the web server itself speaks no TLS."""
    if settings.PUBLIC_URL.startswith("https://") and not settings.BEHIND_PROXY:
        hint = "Set BEHIND_PROXY=true, and let the proxy set X-Forwarded-Proto and X-Forwarded-For itself."
        return [Caution("Every page leads to its https address, without end.", hint=hint, id="reviewhub.W017")]
    return []


@register(Tags.security, deploy=True)
def check_redirect_uris(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find OAuth apps with a return address without TLS, left from a developer's machine."""
    faults: list[CheckMessage] = []
    if "http" in settings.OAUTH2_PROVIDER["ALLOWED_REDIRECT_URI_SCHEMES"]:
        hint = "Set DEBUG=false, or take http out of ALLOWED_REDIRECT_URI_SCHEMES."
        faults.append(Caution("Apps may be registered with http addresses.", hint=hint, id="reviewhub.W009"))
    try:
        with transaction.atomic():
            apps_with_http = apps.get_model("oauth.Application").objects.filter(redirect_uris__icontains="http://")
            plain = [app for app in apps_with_http if any(_is_at_risk(uri, app) for uri in app.redirect_uris.split())]
    except DatabaseError:  # out of reach, or not migrated yet: then no app is registered here
        plain = []
    for app in plain:
        hint = "Change its redirect URIs to https in the back-office, or switch it off."
        faults.append(Caution(f"The app {app} sends people to an http address.", hint=hint, id="reviewhub.W010"))
    return faults


def _is_at_risk(uri: str, app: Any) -> bool:
    """Return True for an address without TLS that is no public app's on people's own devices."""
    parts = urlsplit(uri)
    return parts.scheme == "http" and not (app.is_public and parts.hostname in LOOPBACK)


@register(Tags.security, deploy=True)
def check_keys(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find keys that are not set, so that SECRET_KEY stands in for them."""
    return [
        Caution(secret.risk, hint=f"Set {secret.variable} to a long random value of its own.", id=secret.warning)
        for secret in SECRETS.values()
        if secret.risk and getattr(settings, secret.variable) == settings.SECRET_KEY
    ]


@register(Tags.security, deploy=True)
def check_metrics_token(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find a METRICS_TOKEN that can be guessed. None at all is fine: then only this machine may read /metrics."""
    if 0 < len(settings.METRICS_TOKEN) < SHORTEST_METRICS_TOKEN:
        hint = "Set METRICS_TOKEN to a long random value, or leave it empty."
        return [Caution("METRICS_TOKEN is short enough to be guessed.", hint=hint, id="reviewhub.W011")]
    return []


@register(Tags.security, deploy=True)
def check_file_modes(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find secrets in files that other users of the machine may open: the settings, and a database of SQLite."""
    files = [Path(ENV_FILE)] if ENV_FILE else []
    if settings.SQLITE:
        files.append(Path(str(settings.DATABASES["default"]["NAME"])))
    faults: list[CheckMessage] = []
    for file in files:
        if file.is_file() and file.stat().st_mode & 0o077:
            hint = f"chmod 600 {file}"
            faults.append(Caution(f"Other users may open {file}.", hint=hint, id="reviewhub.W016"))
    return faults


@register(Tags.compatibility, deploy=True)
def check_providers(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find a channel without a provider."""
    faults: list[CheckMessage] = []
    if not settings.MAIL_PROVIDER:
        hint = "Set EMAIL_URL, or ANYMAIL_PROVIDER with its keys."
        faults.append(Caution("No mail will leave.", hint=hint, id="reviewhub.W004"))
    if not settings.TEXT_PROVIDER:
        hint = "Set TWILIO_ACCOUNT_SID and its companions."
        faults.append(Caution("No text message will leave.", hint=hint, id="reviewhub.W005"))
    return faults


# Ends of the names of keys by which a mail provider proves itself. Two of them use their API key for it.
PROOFS = (
    *("WEBHOOK_SECRET", "SIGNING_SECRET", "SIGNING_KEY", "TRACKING_SECRET", "WEBHOOK_KEY", "VERIFICATION_KEY"),
    *("MAILGUN_API_KEY", "UNISENDER_GO_API_KEY"),
)


@register(Tags.security, deploy=True)
def check_provider_events(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find a mail provider that cannot prove itself: its calls are refused, so bounces and complaints are lost."""
    backend = settings.EMAIL_BACKEND
    if not backend.startswith("anymail.backends.") or any(name.endswith(PROOFS) for name in settings.ANYMAIL):
        return []
    provider = backend.split(".")[2]
    hint = f"Set ANYMAIL_WEBHOOK_SECRET, and let it report to {settings.PUBLIC_URL}/hooks/mail/{provider}."
    return [Caution("Bounces and complaints are not listened to.", hint=hint, id="reviewhub.W012")]


@register(Tags.database, deploy=True)
def check_services(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Find a missing PostgreSQL or Redis."""
    faults: list[CheckMessage] = []
    if settings.SQLITE:
        hint = "Set DATABASE_URL to a PostgreSQL database when more than one process writes."
        faults.append(Caution("The database is SQLite.", hint=hint, id="reviewhub.W006"))
    if not settings.REDIS_URL:
        hint = "Set REDIS_URL, so that all processes count together."
        faults.append(Caution("Rate limits are counted by each process alone.", hint=hint, id="reviewhub.W007"))
    return faults
