"""Segments: named groups of customers, each described by conditions and counted live, never a list that grows old."""
