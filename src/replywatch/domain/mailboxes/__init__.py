"""What sources say of mailboxes and messages, and what a mailbox is for."""
