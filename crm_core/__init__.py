"""The customer store: what the company knows about its customers, its agents and every contact.

Other packages never see SQL. They hold a `Store` (module `db`) and hand it plain functions of this package:
`store.read(find_by_number, account_id, number)` runs the query in a transaction of its own, `store.write`
commits, `store.later` does the reading in a thread and gives a Future.
"""
