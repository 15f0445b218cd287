from django.apps import AppConfig


class ReviewHubConfig(AppConfig):
    name = "reviewhub"
    verbose_name = "ReviewHub"

    def ready(self) -> None:
        from reviewhub import checks  # noqa: F401  (registers the deploy checks)
