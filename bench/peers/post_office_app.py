"""django-post_office: mails are rows."""

from bench.peers.message import SENDER, filled


def put(everybody: list[str]) -> None:
    from post_office import mail  # has models: after the set-up

    mail.send_many(
        [
            {
                "recipients": [recipient],
                "sender": SENDER,
                "subject": (words := filled(recipient))["subject"],
                "message": words["text"],
                "html_message": words["html"],
            }
            for recipient in everybody
        ]
    )
