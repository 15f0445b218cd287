"""The sandbox: the channel of an installation without providers. Messages are recorded and go nowhere."""

from reviews.delivery.channels.base import Accepted, Message


class SandboxChannel:
    def connect(self) -> None:
        """Do nothing: there is no provider."""

    def send(self, message: Message) -> Accepted:
        return Accepted(f"sandbox-{message.key}", sandbox=True)

    def close(self) -> None:
        """Do nothing: there is no connection."""
