"""Scripts: what agents read to customers, kept in versions, and what customers answered."""
