"""Lets the tests of nodes, one folder below, import what drives the IVR."""
