"""From the octets of a header to what it says."""
