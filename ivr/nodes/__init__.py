"""The nodes of a flow: one module per family, each with what a node is made of, what it does and what can be wrong.

A node answers every question about the caller with the name of the node to go to, or None to stay.
"""
