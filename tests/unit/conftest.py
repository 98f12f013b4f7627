"""Lets the unit tests import the simulated switch (`world`) and the small company that it serves (`company`)."""
