"""What a use case hands to those who show it."""
