"""Sent mail that got a new time when it was moved to another server, in words: `check` and the report say the same."""

SHIFTED = (
    "were saved over a day after the date they bear, most on {most_on}, as if moved here without their times:"
    " replies count from when they were saved"
)
"""What is wrong, to stand behind a number of messages, most of which were saved on the date `most_on`."""
SHIFTED_HINT = (
    "Move them once more, with a program that keeps INTERNALDATE (imapsync does); or add a Maildir or mbox copy"
    ' of the old mail as an account, and give the mailbox here the role "skip". Until then, look at newer mail'
    " only: --since {most_on:next_day}."
)
"""What to do."""
