"""Mail in files on this machine."""
