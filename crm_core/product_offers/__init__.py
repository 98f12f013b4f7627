"""Next best offer: what to offer a customer, how that is learned, and what it brings (`choice` and `uplift` are pure).

"Offer" alone is the ACD's word for a contact offered to an agent; these are product offers.
"""
