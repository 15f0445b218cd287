"""Logos: make an uploaded image small and safe, store it, remove it. `pages.printed` serves it."""

import hashlib
import io

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from oauth.models import Account
from reviews.models import Logo

MOST_BYTES = 5_000_000
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 10_000  # pixels: a line of one pixel costs the reader as much as one of thousands
SIZE = (480, 160)  # at most; shown at half of it, so that it is sharp on a phone
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def shrink(content: bytes) -> bytes:
    """Return the image as a new PNG of at most SIZE, which takes over only pixels: no metadata, no other content.

    Raises ValidationError if `content` is no image, or too large.
    """
    # Imported here, since only an upload needs it: workers and pages need not hold it in memory.
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(content) > MOST_BYTES:
        raise ValidationError(gettext("The image is larger than %(value)s MB.") % {"value": MOST_BYTES // 1_000_000})
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
                raise ValidationError(gettext("The image has too many pixels: make it smaller first."))
            image.draft("RGB", (2 * SIZE[0], 2 * SIZE[0]))  # a JPEG is read in a fraction of its size
            small = ImageOps.exif_transpose(image).convert("RGBA")
    except UnidentifiedImageError as error:
        raise ValidationError(gettext("This is no image: PNG, JPEG, WebP and GIF can be read.")) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(gettext("The image is damaged.")) from error
    small.thumbnail(SIZE)
    png = io.BytesIO()
    small.save(png, "PNG", optimize=True)
    return png.getvalue()


@transaction.atomic
def set_logo(*, account: Account, content: bytes) -> None:
    """Store the image, as `shrink` returned it, and show it from now on."""
    Logo.objects.update_or_create(account=account, defaults={"content": content})
    _set_version(account, hashlib.sha256(content).hexdigest()[:32])


@transaction.atomic
def remove_logo(*, account: Account) -> None:
    """Delete the image, and show the first letter of the name again."""
    Logo.objects.filter(account=account).delete()
    _set_version(account, "")


def _set_version(account: Account, version: str) -> None:
    account.logo = version
    account.save(update_fields=["logo"])
