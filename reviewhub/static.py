"""Names of static files: with a hash of the content once `collectstatic` has run."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Storage with hashed names, which browsers keep for ever; a file that was not collected keeps its plain name.

    So no page breaks when `collectstatic` was forgotten: whitenoise then serves the files from where they are.
    """

    manifest_strict = False

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            return name
