"""Head-start priority: who counts as having waited how long.

score(t) = H + (t - a), with H the head start of the customer's value class in seconds and a his arrival. As
all slopes are 1, the order never changes while people wait, and is that of the virtual arrival v = a - H: lowest
first (affine accumulating priority; Stanford, Taylor and Ziedins, Queueing Systems 77, 2014, with equal slopes).
"""


def virtual_arrival(arrived_at: float, head_start_seconds: float) -> float:
    """When he would have had to arrive to have the same place without a head start, in epoch seconds."""
    return arrived_at - head_start_seconds


def upgraded(virtual: float, arrived_at: float, head_start_seconds: float) -> float:
    """The virtual arrival after his class became known while he waited; it never gets later."""
    return min(virtual, virtual_arrival(arrived_at, head_start_seconds))


def score(virtual: float, now: float) -> float:
    """Seconds that he counts as having waited."""
    return now - virtual
