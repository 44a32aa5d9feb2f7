"""The demo: a planned mailbox, written as a Maildir, served by an IMAP server of its own.

company.plan_company → maildir.write_maildir → server.ImapServer; settings.demo_config makes the config for it.
"""
