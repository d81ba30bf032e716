"""The endpoints of an authorization server, one file each."""
