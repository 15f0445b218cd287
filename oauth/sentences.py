"""Sentences of this app's services that pages show in the person's language (see `reviewhub.sentences`)."""

from django.utils.translation import gettext_noop

from reviewhub.sentences import keep

keep(
    gettext_noop("Nobody works in this account yet, so the key would be nobody's."),
    gettext_noop("The account has %(number)s keys already: revoke some first."),
    gettext_noop("An invitation to this address is pending: send it again, or withdraw it first."),
    gettext_noop("This person works in the account already."),
    gettext_noop("%(number)s invitations are pending: withdraw some first."),
    gettext_noop("%(number)s invitations were mailed today: go on tomorrow."),
    gettext_noop("It was accepted or withdrawn."),
    gettext_noop("It was sent a moment ago: give the mail five minutes to arrive."),
    gettext_noop("This session was ended a moment ago."),
)
