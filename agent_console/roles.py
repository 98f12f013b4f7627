"""Who may do what: roles are named sets of permissions, and every route and socket event names one permission.

A user has roles, a program has a token with roles; what no role of his holds he may not do. Nothing is allowed by
being forgotten: a test walks every route x role.
"""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """What can be allowed."""

    OWN_DESK = "own_desk"  # be an agent: own status, own contacts
    OWN_PHONE = "own_phone"  # have a telephone in one's page: to take contacts, or to listen
    MISSED_CONTACTS = "missed_contacts"  # see and claim who should be called back
    WALLBOARD = "wallboard"  # see queues, agents and contacts of the account
    COMMAND_AGENTS = "command_agents"  # act for an agent: force a status
    ANNOUNCE = "announce"  # prepare announcements, switch on and off what callers are told
    SUPERVISE = "supervise"  # listen to live calls and join them, move, prefer and end them, write to agents
    READ_INTERACTIONS = "read_interactions"  # everybody's records, not only one's own
    HEAR_RECORDINGS = "hear_recordings"  # listen to talks; each time is written down
    READ_REPORTS = "read_reports"  # open the reports; which of them, what else he may see decides
    READ_CONFIGURATION = "read_configuration"
    CHANGE_CONFIGURATION = "change_configuration"  # queues, skills, hours, dispositions, flows
    MANAGE_USERS = "manage_users"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    CONTACT_PERMISSION = "contact_permission"  # what customers say about being contacted, and "may I?"
    CONTACT_LAW = "contact_law"  # confirm legal profiles, load registers, take off the list
    READ_CUSTOMERS = "read_customers"  # find and see customers, what they have and what happened
    CHANGE_CUSTOMERS = "change_customers"  # add and change them, take orders down
    LIFT_LIMITS = "lift_limits"  # let calls outside go on today though they cost what they may
    EVENTS = "events"  # hear the account's events as a program does
    CASES = "cases"  # work on cases: open, assign, take steps, escalate
    DECIDE_CASES = "decide_cases"  # approve refunds, accept warranties, share filters
    WORK_ORDERS = "work_orders"  # make work orders, see them, take down what the customer says
    DISPATCH_ORDERS = "dispatch_orders"  # give, change, close and reopen them; parts, technicians, the report
    SURVEYS = "surveys"  # see what customers answer: in all, and one's own
    OWN_ORDERS = "own_orders"  # a technician's own orders
    ACTIVITIES = "activities"  # have a calendar of tasks, calls, visits, appointments
    IMPORT_CUSTOMERS = "import_customers"  # take tables in and back, export all customers
    MERGE_CUSTOMERS = "merge_customers"  # decide which records are one customer
    PERSONAL_DATA = "personal_data"  # hand out all that is known of a person, erase him, set legal holds
    MANAGE_WEBHOOKS = "manage_webhooks"  # register programs that are told what happens
    CUSTOMER_VALUE = "customer_value"  # one customer's value, the next offer to him, his answer
    READ_VALUE = "read_value"  # value, cost to serve, segments, what offers bring
    MANAGE_VALUE = "manage_value"  # classes by hand, settings of value, segments, offers
    RUN_CAMPAIGNS = "run_campaigns"  # make campaigns, load them, start, pause and stop them
    SEE_CAMPAIGNS = "see_campaigns"  # how campaigns run, and what they brought


OF_THE_INSTALLATION = frozenset({Permission.MANAGE_ACCOUNTS})
"""Allowed to people of the first account only: it is the one that runs the installation."""

_P = Permission
ROLES: dict[str, frozenset[Permission]] = {
    "agent": frozenset(
        {
            _P.SURVEYS,
            _P.CUSTOMER_VALUE,
            _P.OWN_DESK,
            _P.OWN_PHONE,
            _P.MISSED_CONTACTS,
            _P.CASES,
            _P.WORK_ORDERS,
            _P.ACTIVITIES,
            _P.CONTACT_PERMISSION,
            _P.READ_CUSTOMERS,
            _P.CHANGE_CUSTOMERS,
        }
    ),
    "supervisor": frozenset(
        {
            _P.SEE_CAMPAIGNS,
            _P.SURVEYS,
            _P.WALLBOARD,
            _P.COMMAND_AGENTS,
            _P.ANNOUNCE,
            _P.SUPERVISE,
            _P.LIFT_LIMITS,
            _P.OWN_PHONE,
            _P.CONTACT_PERMISSION,
            _P.HEAR_RECORDINGS,
            _P.READ_INTERACTIONS,
            _P.READ_REPORTS,
            _P.READ_CONFIGURATION,
            _P.MISSED_CONTACTS,
            _P.EVENTS,
            _P.CASES,
            _P.DECIDE_CASES,
            _P.WORK_ORDERS,
            _P.DISPATCH_ORDERS,
            _P.ACTIVITIES,
            _P.CUSTOMER_VALUE,
            _P.READ_VALUE,
            _P.READ_CUSTOMERS,
            _P.CHANGE_CUSTOMERS,
            _P.IMPORT_CUSTOMERS,
            _P.MERGE_CUSTOMERS,
        }
    ),
    "administrator": frozenset(
        {
            _P.RUN_CAMPAIGNS,
            _P.SEE_CAMPAIGNS,
            _P.SURVEYS,
            _P.WALLBOARD,
            _P.ANNOUNCE,
            _P.READ_CONFIGURATION,
            _P.CHANGE_CONFIGURATION,
            _P.CONTACT_PERMISSION,
            _P.CONTACT_LAW,
            _P.MANAGE_USERS,
            _P.MANAGE_ACCOUNTS,
            _P.LIFT_LIMITS,
            _P.READ_AUDIT,
            _P.MANAGE_WEBHOOKS,
            _P.PERSONAL_DATA,
            _P.CUSTOMER_VALUE,
            _P.READ_VALUE,
            _P.MANAGE_VALUE,
            _P.READ_CUSTOMERS,
            _P.CHANGE_CUSTOMERS,
            _P.IMPORT_CUSTOMERS,
            _P.MERGE_CUSTOMERS,
        }
    ),
    "dispatcher": frozenset(
        {
            _P.SURVEYS,
            _P.MISSED_CONTACTS,
            _P.CASES,
            _P.WORK_ORDERS,
            _P.DISPATCH_ORDERS,
            _P.READ_REPORTS,
            _P.ACTIVITIES,
            _P.READ_CUSTOMERS,
        }
    ),
    "technician": frozenset({_P.SURVEYS, _P.OWN_ORDERS, _P.ACTIVITIES}),
    "campaign_manager": frozenset(
        {
            _P.RUN_CAMPAIGNS,
            _P.SEE_CAMPAIGNS,
            _P.SURVEYS,
            _P.WALLBOARD,
            _P.READ_CUSTOMERS,
            _P.CONTACT_PERMISSION,
            _P.CUSTOMER_VALUE,
            _P.READ_VALUE,
            _P.MANAGE_VALUE,
        }
    ),
    "analyst": frozenset(
        {
            _P.SEE_CAMPAIGNS,
            _P.SURVEYS,
            _P.READ_INTERACTIONS,
            _P.READ_REPORTS,
            _P.READ_CUSTOMERS,
            _P.WALLBOARD,
            _P.CUSTOMER_VALUE,
            _P.READ_VALUE,
            _P.MANAGE_VALUE,
        }
    ),
    "evaluator": frozenset({_P.SURVEYS, _P.HEAR_RECORDINGS, _P.READ_INTERACTIONS, _P.READ_REPORTS}),
    "program": frozenset(
        {
            _P.SURVEYS,
            _P.EVENTS,
            _P.WALLBOARD,
            _P.READ_INTERACTIONS,
            _P.READ_REPORTS,
            _P.READ_CONFIGURATION,
            _P.CASES,
            _P.WORK_ORDERS,
            _P.DISPATCH_ORDERS,
            _P.ACTIVITIES,
            _P.IMPORT_CUSTOMERS,
            _P.CONTACT_PERMISSION,
            _P.CUSTOMER_VALUE,
            _P.READ_VALUE,
            _P.READ_CUSTOMERS,
            _P.CHANGE_CUSTOMERS,
        }
    ),
}


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """All that the roles allow together; an unknown role allows nothing."""
    return frozenset[Permission]().union(*(ROLES.get(role, frozenset()) for role in roles))
