"""All tables of the product, one of each module: naming them is what loads the others.

The store needs them all, since tables point to one another by name.
"""

from crm_core import (
    accounts,
    agents,
    audit,
    configuration,
    customers,
    dispositions,
    interactions,
    outbox,
    queues,
    reader_positions,
    users,
    web_sessions,
)

TABLES = (
    accounts.Account,
    agents.Agent,
    audit.AuditRow,
    configuration.ConfigurationVersion,
    customers.Customer,
    dispositions.Disposition,
    interactions.Interaction,
    outbox.OutboxItem,
    queues.Queue,
    reader_positions.ReaderPosition,
    users.User,
    web_sessions.WebSession,
)
