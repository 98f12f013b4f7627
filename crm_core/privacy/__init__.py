"""Personal data: what the records hold of one person, handed out to him, or taken away for good.

`parts` says of every table what is his and what becomes of it, `export` and `export_file` write it down for him,
`erasure` takes it away, `preview` tells before both what they would do, `legal_holds` forbid it for a time.
"""
