"""The image that an account shows beside its name: taken in, made small, kept."""

import hashlib
import io

from django.core.exceptions import ValidationError
from django.db import transaction

from oauth.models import Account
from reviews.models import Logo

MOST_BYTES = 5_000_000
MOST_PIXELS = 25_000_000
SIZE = (480, 160)  # shown at half of it, so that it is sharp on a phone
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def shrink(content: bytes) -> bytes:
    """The image as a PNG of at most SIZE, written anew: nothing but its pixels is kept of what came in.

    Raises ValidationError when it is none, or too large.
    """
    # Needed here alone: a worker or a page that had to load it would carry it along.
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(content) > MOST_BYTES:
        raise ValidationError(f"The image is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError("The image has too many pixels: make it smaller first.")
            small = ImageOps.exif_transpose(image).convert("RGBA")
    except UnidentifiedImageError as error:
        raise ValidationError("This is no image: PNG, JPEG, WebP and GIF can be read.") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError("The image is damaged.") from error
    small.thumbnail(SIZE)
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()


@transaction.atomic
def set_logo(*, account: Account, content: bytes) -> None:
    """Show this image, as `shrink` returned it, from now on."""
    Logo.objects.update_or_create(account=account, defaults={"content": content})
    _note(account, hashlib.sha256(content).hexdigest()[:32])


@transaction.atomic
def remove_logo(*, account: Account) -> None:
    """Show the first letter of the name again."""
    Logo.objects.filter(account=account).delete()
    _note(account, "")


def _note(account: Account, logo: str) -> None:
    account.logo = logo
    account.save(update_fields=["logo"])
