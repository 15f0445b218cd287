from django.apps import AppConfig


class OAuthConfig(AppConfig):
    name = "oauth"
    label = "oauth"  # fixed for ever: the swapped OAuth models are named by it
    verbose_name = "Accounts and access"
