"""django-mailer: mails are rows, sent one by one."""

from django.core.mail import EmailMultiAlternatives, get_connection

from bench.peers.message import SENDER, filled


def put(everybody: list[str]) -> None:
    mails = []
    for recipient in everybody:
        words = filled(recipient)
        mail = EmailMultiAlternatives(words["subject"], words["text"], SENDER, [recipient])
        mail.attach_alternative(words["html"], "text/html")
        mails.append(mail)
    get_connection("mailer.backend.DbBackend").send_messages(mails)
