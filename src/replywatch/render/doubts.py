"""Why a clock is unsure, in words."""

from __future__ import annotations

from collections.abc import Mapping

DOUBTS: Mapping[str, str] = {
    "arrival_internaldate": "nothing confirms the time at which the mailbox got the mail",
    "arrival_received": "the mail came into its mailbox long after it had been received, as in an import",
    "arrival_date": "nothing but its Date tells when the mail came",
    "arrival_first_seen": "no field tells when the mail came",
    "answer_internaldate": "the reply was saved at another time than that of its Date",
    "answer_received": "the Date of the reply names no time zone",
    "answer_date": "nothing confirms the Date of the reply, as after a move without the times",
    "answer_first_seen": "no field tells when the reply was sent",
}
"""Reason (`domain.figures.doubts`) → what stands behind "because"."""
