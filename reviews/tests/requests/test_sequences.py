"""Sequences of an account."""

import pytest

from oauth.models import Account
from reviews.models import FollowUpStep, Sequence
from reviews.requests.sequences import copy_sequence

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_copy_that_breaks_off_leaves_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    original, save = Sequence.objects.get(account=account), FollowUpStep.save

    def save_first_alone(step: FollowUpStep, **options: bool) -> None:
        if step.position:
            raise RuntimeError
        save(step, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as breaking:
        breaking.setattr(FollowUpStep, "save", save_first_alone)
        with pytest.raises(RuntimeError):
            copy_sequence(original)
    assert list(Sequence.objects.filter(account=account)) == [original]
    assert copy_sequence(original).steps.count() == original.steps.count() > 1
