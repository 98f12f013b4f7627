"""Work orders: what technicians do at customers', from the call that asks for it to what the customer says of it."""
