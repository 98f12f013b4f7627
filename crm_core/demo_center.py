"""What the demo's contact center is made of: skills, queues, dispositions, reasons."""

from typing import Any

SKILLS = {
    "es": ("Español", "Spanish"),
    "en": ("Inglés", "English"),
    "billing": ("Facturación", "Billing"),
    "technical": ("Técnico", "Technical"),
    "emergency": ("Emergencias", "Emergencies"),
}
"""Key: label in Spanish, label in English."""

WHILE_WAITING: dict[str, Any] = {
    "call_back_key": "1",
    "message_key": "2",
    "tells": "both",
    "most_waiting": 20,
    "full_offers_call_back": True,
    "full_offers_message": True,
}
"""What callers of the demo hear and choose while they wait."""

QUEUES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "servicio",
        "Servicio al cliente",
        {"skills": {"billing": 30}, "survey": "satisfaction", "survey_percent": 60} | WHILE_WAITING,
    ),
    (
        "tecnico",
        "Servicio técnico",
        {"skills": {"technical": 30}, "survey": "satisfaction", "survey_percent": 60}
        | WHILE_WAITING
        | {"longest_wait_seconds": 300.0, "overflow_queue": "servicio"},
    ),
    (
        "emergencia",
        "Emergencias",
        {"skills": {"emergency": 50}, "emergency": True, "service_level_seconds": 10.0},
    ),
    ("ventas", "Ventas y cobranza", {"skills": {}}),
)
"""Key, name, fields of a queue."""

DISPOSITIONS: tuple[tuple[str | None, str, str, str, bool], ...] = (
    (None, "solved", "Resuelto", "Solved", False),
    (None, "call_back", "Llamar de vuelta", "Call back", False),
    (None, "wrong_number", "Número equivocado", "Wrong number", False),
    ("servicio", "invoice_explained", "Boleta explicada", "Invoice explained", False),
    ("servicio", "payment_agreed", "Pago acordado", "Payment agreed", False),
    ("servicio", "complaint", "Reclamo", "Complaint", True),
    ("tecnico", "visit_booked", "Visita agendada", "Visit booked", False),
    ("tecnico", "solved_by_phone", "Resuelto por teléfono", "Solved by phone", False),
    ("ventas", "machine", "Contestador", "Answering machine", False),
    ("emergencia", "brigade_sent", "Brigada enviada", "Brigade sent", True),
    ("emergencia", "false_alarm", "Falsa alarma", "False alarm", True),
)
"""Queue (None: all), code, label in Spanish, label in English, needs a note."""


ASKING_CALL_BACK = frozenset({"call_back"})
"""Codes of dispositions that ask for a time."""

CONTACT_REASONS: tuple[tuple[str, str | None, str, str, tuple[str, ...]], ...] = (
    ("billing", None, "Cobranza y boletas", "Billing", ("topic=invoices",)),
    ("balance", "billing", "Saldo", "Balance", ("reason=balance",)),
    ("invoice_copy", "billing", "Copia de la boleta", "Copy of an invoice", ("reason=invoice copy",)),
    ("charge_dispute", "billing", "Cobro que no corresponde", "Wrong charge", ()),
    ("technical", None, "Servicio técnico", "Technical service", ("topic=technical",)),
    ("visit", "technical", "Visita técnica", "Technical visit", ("reason=technical visit",)),
    ("visit_status", "technical", "Estado de una visita", "Status of a visit", ("reason=status of a visit",)),
    ("emergency", None, "Emergencia", "Emergency", ("reason=emergency",)),
    ("fax", None, "Fax", "Fax", ()),
    ("contract", None, "Contrato y traslado", "Contract and move", ()),
    ("other", None, "Otro", "Other", ("reason=operator", "reason=unknown")),
)
"""Key, key of the wider reason, label in Spanish, label in English, what guesses it."""

PAUSE_REASONS: tuple[tuple[str, str, str], ...] = (
    ("lunch", "Colación", "Lunch"),
    ("break", "Descanso", "Break"),
    ("training", "Capacitación", "Training"),
    ("meeting", "Reunión", "Meeting"),
)
"""Key, label in Spanish, label in English."""
