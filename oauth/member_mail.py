"""Mail to members about what waits in an account: the member's choice, and the link in a mail that ends them."""

from django.core import signing

from oauth.models import Membership

_signer = signing.Signer(salt="oauth.member_mail")


def choose(membership: Membership, tell: Membership.Tell) -> None:
    """Keep when the member wants to be told. It holds for what they were not told of yet, too."""
    if membership.tell != tell:
        membership.tell = tell
        membership.save(update_fields=["tell"])


def stop_token(membership: Membership) -> str:
    """Return what a link holds that ends the mails of the membership, without a sign-in. It can do nothing else."""
    return _signer.sign(str(membership.pk))


def find_by_token(token: str) -> Membership | None:
    """Return the membership of such a link, with its person and account; None once it has ended.

    Raises signing.BadSignature for what is no such link.
    """
    key = _signer.unsign(token)
    return Membership.objects.select_related("user", "account").filter(pk=key).first()
