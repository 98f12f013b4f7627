"""The table of all API operations; each family is a module that adds its rows."""

from agent_console import (
    api_activities,
    api_administration,
    api_announcement_sounds,
    api_announcements,
    api_attachments,
    api_audit,
    api_call_backs,
    api_callers,
    api_campaign_lists,
    api_campaign_live,
    api_campaign_results,
    api_campaigns,
    api_case_filters,
    api_case_setup,
    api_cases,
    api_config,
    api_contact_points,
    api_contacts,
    api_custom_fields,
    api_customer_details,
    api_customer_value,
    api_customers,
    api_desk,
    api_desk_leads,
    api_dials,
    api_duplicates,
    api_exports,
    api_faxes,
    api_figure_exports,
    api_figures,
    api_flow_pictures,
    api_flows,
    api_help,
    api_holdings,
    api_imports,
    api_letters,
    api_live,
    api_my_orders,
    api_order_report,
    api_outages,
    api_outside,
    api_outside_report,
    api_own_calls,
    api_payment_promises,
    api_permission,
    api_personal_data,
    api_phone,
    api_product_offers,
    api_recording,
    api_records,
    api_rehearsal,
    api_reports,
    api_resolution,
    api_script_runs,
    api_scripts,
    api_segments,
    api_spoken_notes,
    api_staffing,
    api_stock,
    api_supervision,
    api_surveys,
    api_talk,
    api_technicians,
    api_third_party,
    api_value,
    api_visits,
    api_webhooks,
    api_what_if,
    api_why,
    api_work_orders,
    api_wrap_up,
)
from agent_console.operations import Operations

OPERATIONS = Operations()
for family in (
    api_desk,
    api_talk,
    api_recording,
    api_third_party,
    api_callers,
    api_wrap_up,
    api_phone,
    api_live,
    api_supervision,
    api_help,
    api_records,
    api_config,
):
    family.add_to(OPERATIONS)
for family in (api_administration, api_flows, api_flow_pictures, api_audit):
    family.add_to(OPERATIONS)
for family in (api_cases, api_case_filters, api_case_setup, api_activities, api_resolution, api_webhooks):
    family.add_to(OPERATIONS)
for family in (api_own_calls, api_outside_report):
    family.add_to(OPERATIONS)
for family in (api_announcements, api_announcement_sounds):
    family.add_to(OPERATIONS)
for family in (api_permission, api_letters, api_outside, api_outages, api_call_backs):
    family.add_to(OPERATIONS)
for family in (api_value, api_customer_value, api_segments, api_product_offers):
    family.add_to(OPERATIONS)
for family in (api_customers, api_contact_points, api_customer_details, api_holdings):
    family.add_to(OPERATIONS)
for family in (api_attachments, api_custom_fields, api_faxes, api_payment_promises):
    family.add_to(OPERATIONS)
for family in (api_imports, api_exports, api_duplicates, api_personal_data):
    family.add_to(OPERATIONS)
for family in (api_work_orders, api_spoken_notes, api_my_orders, api_order_report, api_surveys):
    family.add_to(OPERATIONS)
for family in (api_contacts, api_technicians, api_stock, api_visits, api_dials):
    family.add_to(OPERATIONS)
for family in (
    api_rehearsal,
    api_figure_exports,
    api_reports,
    api_figures,
    api_what_if,
    api_staffing,
    api_why,
    api_scripts,
    api_script_runs,
):
    family.add_to(OPERATIONS)
for family in (
    api_campaigns,
    api_campaign_lists,
    api_campaign_live,
    api_campaign_results,
    api_desk_leads,
):
    family.add_to(OPERATIONS)
