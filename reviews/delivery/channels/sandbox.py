"""The channel of an installation without providers: messages are recorded and go nowhere."""

from reviews.delivery.channels.base import Accepted, Message


class SandboxChannel:
    def connect(self) -> None:
        """Nothing to reach."""

    def send(self, message: Message) -> Accepted:
        return Accepted(f"sandbox-{message.key}", sandbox=True)

    def close(self) -> None:
        """Nothing to let go of."""
