"""The subject rung on real mail that lost its ids."""

import pytest

import hidden_ids


@pytest.mark.skipif(not hidden_ids.MBOX.exists(), reason="the sample mailboxes are not beside the checkout")
def test_most_replies_are_found_and_few_are_wrong():
    found = hidden_ids.measure()
    print(f"precision {found.precision:.3f}, recall {found.recall:.3f} of {found.pairs} pairs")  # noqa: T201 - the figure, for pytest -s
    assert found.pairs > 900
    assert found.precision >= 0.97
    assert found.recall >= 0.96


@pytest.mark.skipif(not hidden_ids.MBOX.exists(), reason="the sample mailboxes are not beside the checkout")
def test_a_help_desk_that_names_no_ids_gets_nearly_the_same_figures():
    found = hidden_ids.measure_help_desk()
    print(f"precision {found.precision:.3f}, recall {found.recall:.3f} of {found.pairs} pairs")  # noqa: T201 - the figure, for pytest -s
    assert found.pairs > 900
    assert found.precision >= 0.98
    assert found.recall >= 0.96
