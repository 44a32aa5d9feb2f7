"""What is said while a use case is at work, in words: one entry for each code."""

from __future__ import annotations

from replywatch.domain.results.notice import Notice, Stretch

NOTICES = {
    "account_left_out": "Left out: {text}. {hint}",
    "config_changed": "The config says something else of team, accounts or matching: all mail is judged anew.",
    "name_stays": "{name} stays: an account, mailbox or label has this name, login or path. Change it there.",
    "new_rules": "This release has new rules: all mail is judged anew, and figures may move (CHANGELOG.md says which).",
    "poll_at_work": "A poll is at work: these are the figures from before it.",
    "store_open_to_others": "Other users of this machine can read the store. `replywatch check` says how to mend that.",
    "trying_again": "{account}: {error}; trying again in {seconds} s",
}
STRETCHES = {
    "checking": "Looking at {account}",
    "further_fields": "{account}: {mailbox}, further fields",
    "looking": "Looking for them",
    "mailbox": "{account}: {mailbox}",
    "matching_replies": "Matching replies",
    "reading_headers": "Reading headers",
    "taking_out_subjects": "Taking out subjects",
    "writing_store": "Writing the store anew",
}


def notice_text(notice: Notice) -> str:
    """One line, as hostile as what it names."""
    return NOTICES[notice.code].format(**notice.values)


def stretch_text(stretch: Stretch) -> str:
    """A label to stand before a bar, as hostile as what it names."""
    return STRETCHES[stretch.code].format(**stretch.values)
