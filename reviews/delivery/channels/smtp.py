"""SMTP: hand one mail to a server, with its commands in one write where the server allows that (RFC 2920)."""

import smtplib
from contextlib import suppress

Reply = tuple[int, bytes]


def hand_over(connection: smtplib.SMTP, *, sender: str, recipient: str, content: bytes) -> None:
    """Hand one mail over. Raises what `smtplib.SMTP.sendmail` raises; close the connection after an error.

    The addresses are bare and in ASCII; every line of the content ends in CRLF, the last too.
    """
    connection.ehlo_or_helo_if_needed()
    if not connection.has_extn("pipelining"):
        connection.sendmail(sender, [recipient], content)
        return
    size = f" SIZE={len(content)}" if connection.has_extn("size") else ""  # RFC 1870
    connection.send(f"MAIL FROM:<{sender}>{size}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n")
    replies = _replies(connection, 3)
    if refusal := _refusal(replies, sender, recipient):
        if len(replies) == 3 and replies[2][0] == 354:
            # RFC 2920 §3.1: the server waits for a mail without a recipient; a dot alone ends it.
            with suppress(smtplib.SMTPException):
                connection.send(b".\r\n")
                connection.getreply()
        raise refusal
    connection.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")  # RFC 5321 §4.5.2
    code, words = connection.getreply()
    if code != 250:
        raise smtplib.SMTPDataError(code, words)


def _replies(connection: smtplib.SMTP, number: int) -> list[Reply]:
    """Read a reply for each command; fewer when the server hangs up after a refusal."""
    replies: list[Reply] = []
    while len(replies) < number:
        try:
            replies.append(connection.getreply())
        except smtplib.SMTPServerDisconnected:
            if not replies or replies[-1][0] < 400:
                raise
            break
    return replies


def _refusal(replies: list[Reply], sender: str, recipient: str) -> smtplib.SMTPException | None:
    """Return the first refusal among the replies to MAIL, RCPT and DATA: the others are only its consequences."""
    from_, *rest = replies
    if from_[0] != 250:
        return smtplib.SMTPSenderRefused(*from_, sender)
    to, *rest = rest
    if to[0] not in (250, 251):
        return smtplib.SMTPRecipientsRefused({recipient: to})
    return None if rest[0][0] == 354 else smtplib.SMTPDataError(*rest[0])
