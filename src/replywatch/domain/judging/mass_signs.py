"""Signs of what goes to many, or is called spam; most of them stand on people's mail as well."""

from __future__ import annotations

from itertools import chain

from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging.field_signs import NOTHING, Found, Mail, Sign, has, needing, says, shown
from replywatch.domain.judging.lists import discussion_list, list_ids, own_list
from replywatch.domain.judging.sender_shapes import of_house, organisation
from replywatch.domain.judging.sender_signs import bulk_sender, returns_to, unread_returns
from replywatch.domain.judging.web_forms import by_web_form

JUNK_MAIL = says("Precedence", r"(?:bulk|junk)\b")
HELP_DESK = has("X-RT-Loop-Prevention")
_BULK_MAIL = has("X-Bulkmail")


def discussed(mail: Mail) -> bool:
    """Written by a person to a list where people write, and not clearly for others than us.

    Which lists are foreign is known only with a team, whose addresses then aren't among the recipients.
    """
    if not discussion_list(mail.header, mail.parties):
        return False
    team, header = mail.team, mail.header
    known = bool(team.addresses or team.domains)
    reached = chain(header.to, header.cc, header.bcc)
    return mail.parties.ours or not known or any(team.is_ours(recipient.address) for recipient in reached)


@needing("List-Unsubscribe", "List-Id")
def newsletter(mail: Mail) -> Found:
    """A list that isn't ours sent it, and not because a person wrote there; form services say how to be rid of them.

    Programs by which firms write to their customers put List-Unsubscribe on personal answers of ours as well.
    """
    if by_web_form(mail.parties) or own_list(mail.header, mail.parties, mail.team) or discussed(mail):
        return NOTHING
    if mail.parties.ours and _goes_on(mail):
        return NOTHING
    for value in mail.values("list-unsubscribe"):
        if value.strip():
            return shown("List-Unsubscribe", value)
    return next((shown("List-Id", f"<{name}>") for name in list_ids(mail.header)), NOTHING)


def _goes_on(mail: Mail) -> bool:
    """It says that it answers: by the id of a mail, or by Re:."""
    return mail.answers or base_subject(mail.header.subject).reply


@needing(_BULK_MAIL, bulk_sender)
def mass_mail(mail: Mail) -> Found:
    """A field that programs for mass mail set, or a sender like a newsletter's."""
    found = _BULK_MAIL(mail) or bulk_sender(mail)
    if not found or _goes_on(mail) or by_web_form(mail.parties) or own_list(mail.header, mail.parties, mail.team):
        return NOTHING
    return NOTHING if discussed(mail) else found


@needing(unread_returns)
def house_notice(mail: Mail) -> Found:
    """A house writes, wants no answer elsewhere, and nobody there reads what comes back."""
    found = unread_returns(mail)
    if not found or mail.parties.ours or _goes_on(mail) or any(a.address for a in mail.header.reply_to):
        return NOTHING
    houses = {organisation(returns_to(value).rpartition("@")[2]) for value in mail.values("return-path")}
    senders = mail.header.from_
    return (
        found if all(of_house(a) and organisation(a.address.rpartition("@")[2]) in houses for a in senders) else NOTHING
    )


SPAM_SIGNS = {
    "X-Spam-Flag": r"yes\b",
    "X-Spam-Status": r"yes\b",
    "X-SES-Spam-Verdict": r"fail\b",
    "X-MS-Exchange-Organization-SCL": r"[5-9]\s*$",
    "X-Forefront-Antispam-Report": r"(?:.*;)?\s*(?:SFV:SPM|SCL:[5-9])\s*(?:;|$)",
    "X-Gmail-Labels": r'(?:.*,)?\s*"?spam"?\s*(?:,|$)',
    "X-DSPAM-Result": r"(?:spam|bl[ao]cklisted|virus)\b",
}


def spam(name: str) -> Sign:
    """A sign: field `name` calls it spam; of our own mail that is no judgement worth having."""
    found = says(name, SPAM_SIGNS[name])
    return needing(found)(lambda mail: NOTHING if mail.parties.ours else found(mail))


@needing(JUNK_MAIL)
def bulk(mail: Mail) -> Found:
    """Sent to many, though not by a list that was found above; help desks say so of all they send."""
    excused = by_web_form(mail.parties) or HELP_DESK(mail) or own_list(mail.header, mail.parties, mail.team)
    return NOTHING if excused or discussed(mail) else JUNK_MAIL(mail)


@needing(bulk)
def bulk_reply(mail: Mail) -> Found:
    """Responders call their answers bulk or junk, so that no other responder answers them."""
    listed = any(mail.values(name) for name in ("list-id", "list-unsubscribe"))
    return bulk(mail) if mail.header.in_reply_to and not listed else NOTHING
