"""What callers can have done by a flow: typed functions, each one action of the registry."""
