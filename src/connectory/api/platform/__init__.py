"""``/platform``: what the Connect API cannot do: people, Projects, API clients, audit log, runs.

Not part of the contract: the real platform has its Merchant Center for this. For access tokens with
scopes of ours, for people signed in to the console, and for people by name and password (HTTP
Basic).
"""
