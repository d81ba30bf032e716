"""Lapse without a screen: everything except the window.

clock, sim_loop        time as an argument, real or simulated
secret, errors/, text  what never prints, what went wrong and why, text
files, streams         what is written and printed: whole, private, readable everywhere
strict_json, records   JSON read strictly, and our own records read by type
base64url              octets as OAuth writes them
ending                 how a process ends: an honest exit code, never a traceback
token_name             names of tokens where their values must not stand
decision/              refresh or not, and why
events/, journal       what happened, in one stream; the sentences are made in events.words
counters, lanes/       the stream as numbers, and over time
connection, settings   where to sign in, and preferences; no secrets
connection_field       which part of a connection an error is about
refusal_cause          why a token is refused, as demo org and doctor both know it
urls                   which of them may be requested
wire/                  every HTTP exchange: sent in bounds, recorded
oauth/                 what the RFCs say: requests built, responses read, tokens verified
session/               what happens to tokens over time
connecting/            before a connection is saved: looked up, tried, read from files
inspection/            tokens decoded, verified and explained
okta/                  Okta's management API: the Refresh Token grant turned on
active_connection      a connection that was chosen, with its client and session
embedded               what an org that the program brings along must offer
connections            every active connection: chosen, restored, remembered
doctor/                why there is no refresh token, or why it is refused
demo/                  the demo org, which is such an org: its server, controls and drills
installed              which of these packages are there; any may be left out
assembly               connections joined to the demo org and the doctor, for all entry points
simulation             connections to an org in this process, in simulated time
lessons/               read, do, see: checked from the journal
testing/               what a test needs: people, orgs, a network, a session in simulated time
lab/                   refresh strategies compared on one seeded schedule
cli, __main__          the headless entry point
launcher/              the installed entry point: the window, or a command
"""

VERSION = "0.1.0"
