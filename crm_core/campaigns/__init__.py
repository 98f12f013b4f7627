"""Campaigns: many customers to be called about one thing, by agents, within the law and the abandon limit."""
