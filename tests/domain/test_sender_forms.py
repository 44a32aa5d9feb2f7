"""Addresses of machines, each with a person's that looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.judging.sender_shapes import (
    PostOffice,
    is_form,
    is_machine,
    is_named_form,
    is_newsletter_host,
    is_no_reply,
    is_token,
    post_office,
)
from replywatch.domain.messages import Address

NO_REPLY = """
no-reply noreply shop.noreply donotreply info-noreply shopnoreply never-reply
please-do-not-reply do_not_respond nicht-antworten bitte-nicht-antworten keine-antwort ne-pas-repondre
nao-responda no-responder non-rispondere niet-beantwoorden svar-ikke nie-odpowiadaj neodpovidat cevaplamayin
"""
NO_REPLY_AND_MORE = "noreply+1 noreply2 no_reply-17 no-reply-shop noreply.shop no-reply=anna"
SOFTWARE = """
notifications notification notify jira-notifications alerts alert+7 newsletter shop-newsletter bounces bounce+a=b.test
list-bounces autoreply auto-confirm cron cron-daemon www-data apache httpd nagios zabbix jenkins logwatch bugzilla
listserv
"""
PEOPLE = """
anna reply norep noreplyjones replyall alertness cronin apaches notifyme robot system support-request mailer info news
hello jobs karin.bounceman
"""
NAMED_FORMS = """
kontaktformular contact-form webform form forms-7 form-submission mailform formresponses submissions anfrageformular
formulaire form_results webform+17
"""
FORMS = "wordpress www-data nobody no-reply notifications notify automail mailer auto-mailer web-notify notify+a1"
NO_FORMS = """
anna press info reform forms17x platform webmaster notifyme mailers submissions-anna newsletter alerts formula
jira-notifications
"""
TOKENS = """
2_HAYTGMJXGI3DIMBTHAYTGMJXGKQXKTOWBNTDXZA5J7OK4X6H4WQ 4f0a9c2e51b04d7f3a9c2e51b04d7f3a
1f0e2d3c-aaaa-4b5c-8d7e-6f5a4b3c2d1e
"""
NO_TOKENS = """
anna maximiliane.mustermann.gartenbau.muenchen1985 a1b2c3d4e5 24h-service-7days-a-week
00000000000000000000000000000000001
"""


@pytest.mark.parametrize("local", NO_REPLY.split())
def test_nobody_reads_a_no_reply_address(local):
    assert is_no_reply(f"{local}@firma.test")
    assert is_machine(f"{local}@firma.test", "Anna")
    assert is_form(f"{local}@firma.test")
    assert not is_no_reply(f"{local}x@firma.test")
    assert not is_no_reply(f"anna@{local}.test")


@pytest.mark.parametrize("local", NO_REPLY_AND_MORE.split())
def test_words_may_follow(local):
    assert is_no_reply(f"{local}@firma.test")


@pytest.mark.parametrize("local", SOFTWARE.split())
def test_software_has_accounts(local):
    assert is_machine(f"{local}@firma.test", "")
    assert not is_no_reply(f"{local}@firma.test")
    assert not is_machine(f"anna@{local}.test", "")


@pytest.mark.parametrize("local", PEOPLE.split())
def test_people_have_addresses_alike(local):
    assert not is_no_reply(f"{local}@firma.test")
    assert not is_machine(f"{local}@firma.test", "Anna")


@pytest.mark.parametrize(
    ("name", "machine"), [("", True), ("root", True), ("Charlie Root", True), ("Cron Daemon", True)]
)
def test_root_is_a_machine_unless_somebody_gives_a_name(name, machine):
    assert is_machine("root@web1.test", name) is machine
    assert not is_machine("root@web1.test", "Anna")


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("", "trac"),
        ("", "jenkins"),
        ("", "nobody"),
        ("Trac", "trac"),
        ("Project Trac", "trac"),
        ("Oracle DB", "oracle"),
        ("Oracle Enterprise Manager", "oracle"),
        ("Gerrit Code Review", "gerrit"),
        ("Jenkins CI", "jenkins"),
        ("Hudson (build server)", "hudson"),
        ("Monit at web1", "monit"),
        ("nobody nobody", "nobody"),
    ],
)
def test_programs_are_called_by_their_names(name, local):
    assert is_machine(f"{local}@host.firma.test", name)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Gerrit de Vries", "gerrit@devries.test"),
        ("Paul Jenkins", "jenkins@kanzlei.test"),
        ("Hudson Taylor", "hudson@taylor.test"),
        ("Trac Nguyen", "trac@nguyen.test"),
        ("Monit Sharma", "monit@sharma.test"),
        ("Oracle Smith", "oracle@smith.test"),
        ("Nora Nobody", "nobody@nobody.test"),
        ("Dr. Ben Root", "root@praxis.test"),
        ("", "gerrit@devries.test"),
        ("Gerrit", "gerrit@devries.test"),
        ("", "hudson@gmx.de"),
        ("Gerrit", "gerrit@web.de"),
        ("", "oracle@gmail.com"),
        ("Nobody", "nobody@t-online.de"),
    ],
)
def test_people_are_called_like_programs(name, address):
    assert not is_machine(address, name)


@pytest.mark.parametrize("name", ["Anna Berg (Code Review)", "Build server", "Handwerkerportal"])
def test_a_tracker_writes_under_other_names(name):
    assert is_machine("gerrit@code.test", name)
    assert is_machine("trac@project.test", name)


@pytest.mark.parametrize("local", FORMS.split())
def test_forms(local):
    assert is_form(f"{local}@host.test")
    assert not is_named_form(f"{local}@host.test")


@pytest.mark.parametrize("local", NAMED_FORMS.split())
def test_names_that_forms_alone_have(local):
    assert is_form(f"{local}@host.test")
    assert is_named_form(f"{local}@host.test")


@pytest.mark.parametrize("local", TOKENS.split())
def test_nobody_is_called_like_a_token(local):
    assert is_token(f"{local.lower()}@host.test")


@pytest.mark.parametrize("local", NO_TOKENS.split())
def test_people_have_long_names_and_numbers(local):
    assert not is_token(f"{local}@host.test")


@pytest.mark.parametrize(
    ("domain", "news"),
    [
        ("news.firma.test", True),
        ("a.newsletter.firma.co.uk", True),
        ("mailings2.firma.test", True),
        ("firma.test", False),
        ("news.test", False),
        ("newsroom.firma.test", False),
        ("forms.firma.test", False),
        ("", False),
    ],
)
def test_hosts_of_newsletters(domain, news):
    assert is_newsletter_host(domain) is news


@pytest.mark.parametrize("local", NO_FORMS.split())
def test_no_forms(local):
    assert not is_form(f"{local}@host.test")


@pytest.mark.parametrize(
    ("name", "address", "grade"),
    [
        ("", "mailer-daemon@mx.test", PostOffice.DAEMON),
        ("Mail Delivery System", "", PostOffice.DAEMON),
        ("Mail Delivery Subsystem", "poost@mx.test", PostOffice.DAEMON),
        ("MAILER-DAEMON", "", PostOffice.DAEMON),
        ("Microsoft Outlook", f"microsoftexchange{'0123456789abcdef' * 2}@x.test", PostOffice.DAEMON),
        ("Anna", "postmaster@firma.test", PostOffice.POSTMASTER),
        ("", "postmaster-7@firma.test", PostOffice.POSTMASTER),
        ("", "post_master@firma.test", PostOffice.DAEMON),
        ("System Administrator", "anna@firma.test", PostOffice.OFFICE),
        ("Mail Administrator", "x@firma.test", PostOffice.OFFICE),
        ("MMSC NDR Administrator", "x@firma.test", PostOffice.OFFICE),
        ("", "sysadmin@firma.test", PostOffice.OFFICE),
        ("", "admin@firma.test", PostOffice.CARETAKER),
        ("", "club-owner@firma.test", PostOffice.CARETAKER),
        ("", "owner-club@firma.test", PostOffice.CARETAKER),
        ("Anna", "anna@firma.test", None),
        ("Mail Daemons Ltd", "hello@firma.test", None),
        ("Anna from Delivery", "anna@firma.test", None),
        ("Anna Mailer", "anna@firma.test", None),
        ("", "mailer@firma.test", PostOffice.CARETAKER),
        ("", "", None),
    ],
)
def test_parts_of_the_mail_system(name, address, grade):
    assert post_office(Address(name, address)) is grade


@given(st.text(), st.text())
def test_any_address_is_taken(name, address):
    post_office(Address(name, address))
    is_machine(address, name)
    is_form(address)


@pytest.mark.parametrize("piece", ["a-", "no", "form", "mail ", "-._", "x"])
def test_long_addresses_take_no_time(piece):
    post_office(Address(piece * 50_000, piece * 50_000 + "@x.test"))
    is_machine(piece * 50_000 + "@x.test", piece * 50_000)
    is_form(piece * 50_000 + "@x.test")
    is_token(piece * 50_000 + "@x.test")
    is_newsletter_host(piece * 50_000 + ".x.test")
