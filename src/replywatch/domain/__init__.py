"""The pure core: mail, matching, waiting times, statistics. No I/O, no clock, no logging."""
