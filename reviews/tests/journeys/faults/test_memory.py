"""What takes more memory than a worker may have fails alone: real processes under a real limit, on Linux."""

from collections.abc import Iterator

import pytest

from reviews.tests.support.processes import children, on_linux
from reviews.tests.support.site import Site, running_site
from reviews.tests.support.waiting import until

pytestmark = [pytest.mark.fault, pytest.mark.once, on_linux]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


def test_a_message_and_an_import_that_take_too_much_fail_alone(site: Site) -> None:
    greedy, modest = (site.ask(email=f"{name}@example.com") for name in ("greedy", "modest"))
    setup = "take_memory_when_writing_to('greedy'); take_memory_when_reading('big.csv')"
    with site.worker(setup=setup) as worker:
        until(lambda: site.mails_to("modest@example.com"))
        processes = children(worker.pid)
        big, small = site.inside("import_files('big.csv', 'small.csv')")
        until(lambda: site.mails_to("small.csv@example.com"))
        site.wait_for_status(modest, "sent")
        assert "takes more memory" in site.wait_for_status(greedy, "failed")["reason"]
        assert children(worker.pid) == processes  # none was killed
    assert (big[0], "split the file" in big[1]) == ("failed", True)
    assert small == ("done", "")
    assert not site.mails_to("greedy@example.com")
