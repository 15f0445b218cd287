"""Twilio's own library, its session kept: `python -m bench.twilio_loop COUNT`."""

import os
import sys

from twilio.rest import Client


def main() -> None:
    client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
    client.api.base_url = os.environ["TWILIO_API_URL"]
    sender = os.environ["TWILIO_FROM"]
    for number in range(int(sys.argv[1])):
        text = f"Hi Ada, how did we do? https://reviews.example/r/{number:016} Reply STOP to opt out."
        client.messages.create(to=f"+4474{number:08}", from_=sender, body=text)


if __name__ == "__main__":
    main()
