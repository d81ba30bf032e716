"""The demo org: a small authorization server and API in the dialect of Okta."""
