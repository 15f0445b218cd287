"""Duplicates: asks that are answered with a request that is there already, and what their callers are told."""

from collections.abc import Mapping

from reviews.models import ReviewRequest

KNOWN_ID = "A review request with this external_id exists already."
OPEN_REQUEST = "This contact has an open review request already."


def warnings_of(reason: str, *, request: ReviewRequest, external_id: str, metadata: Mapping[str, object]) -> list[str]:
    """Return what a caller is told whose ask is answered with the request, for one of the two reasons.

    `external_id` and `metadata`: those of the ask. The id is kept where it is new, the metadata are not.
    """
    warnings = [reason]
    if reason == OPEN_REQUEST and external_id:
        warnings.append(f"external_id: “{external_id}” finds that review request from now on.")
    if metadata and metadata != request.metadata:
        warnings.append("metadata was left out: that review request keeps its own.")
    return warnings
