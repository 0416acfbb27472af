"""The review on the way to a public Connector: what is looked at, what is decided, by whom."""
