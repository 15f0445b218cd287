"""The one error with which a service declines what it was asked to do."""

from reviewhub.sentences import said


class Refused(Exception):
    """A rule, or the state of the rows, stands against what was asked; nothing has been changed.

    For services to raise where the input can be read, and cannot be done. `field` names the input that is to blame,
    by the name it has in the API, or the row that stands in the wrong state; a form or an answer shows the reason
    there. `reason` is a whole sentence for the person or program that asked: written in English, and said in the
    language that is active where it is shown.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self._reason = reason

    @property
    def reason(self) -> str:
        return said(self._reason)

    def __str__(self) -> str:
        return self.reason
