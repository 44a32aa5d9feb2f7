"""What is said of an account that moves or is let go of."""

from __future__ import annotations

from replywatch.domain.results.account import HeldAccount
from replywatch.render.text import counted, safe


def moved_text(held: HeldAccount) -> str:
    """From where to where, and what is held of it."""
    was = held.was.described if held.was else "not known"
    now = held.now.described if held.now else "not in the config"
    return f"Account {held.name} was {safe(was)}, now {safe(now)}; {_much(held)} were read so far."


def dropped_text(held: HeldAccount) -> str:
    """What goes, to stand within a sentence."""
    where = f", {safe(held.was.described)}" if held.was else ""
    return f"{_much(held)} of account {held.name}{where}"


def kept_text(held: HeldAccount) -> str:
    """What stays of an account that was dropped; "" for nothing."""
    if not held.kept_answers:
        return ""
    mail = counted(held.kept_answers, "message")
    return f"{mail} elsewhere had an answer in it: a mark says so now, to each of them (replywatch mark --list)."


def _much(held: HeldAccount) -> str:
    return f"{counted(held.messages, 'message')} in {counted(held.mailboxes, 'mailbox', 'es')}"
