"""From copies to messages to exchanges: which mail is answered by which."""
