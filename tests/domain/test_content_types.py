"""Types and parameters, in all the ways to write them down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers.content_types import media_type, parameter


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("text/plain; charset=utf-8", "text/plain"),
        (" Multipart/REPORT;x=y", "multipart/report"),
        ("text/html(comment)", "text/html"),
        ("text", ""),
        ("", ""),
        ("; text/plain", ""),
    ],
)
def test_media_type(value, kind):
    assert media_type(value) == kind


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("multipart/report; report-type=delivery-status; boundary=x", "delivery-status"),
        ('multipart/report; boundary="x"; Report-Type = "Delivery-Status"', "delivery-status"),
        ("multipart/report;report-type=delivery-status", "delivery-status"),
        ("multipart/report; report-type*=us-ascii'en'delivery%2Dstatus", "delivery-status"),
        ('multipart/report; report-type*0="delivery-"; report-type*1="status"', "delivery-status"),
        ("multipart/report; report-type=", ""),
        ("multipart/report", ""),
        ('multipart/mixed; boundary="; report-type=delivery-status"', ""),
        ('multipart/mixed; boundary="a; report-type=delivery-status"', ""),
        (r'multipart/mixed; boundary="a\"; report-type=delivery-status"', ""),
        ("multipart/mixed; x-report-type=delivery-status", ""),
    ],
)
def test_parameter(value, found):
    assert parameter(value, "report-type") == found


@given(st.text())
def test_any_value_is_taken(value):
    media_type(value)
    parameter(value, "method")


@pytest.mark.parametrize("piece", [";", "; a=", '; a="', "; method*", "\\", "%"])
def test_long_values_take_no_time(piece):
    parameter(piece * 50_000, "method")
    media_type(piece * 50_000)
