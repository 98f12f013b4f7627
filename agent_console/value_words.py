"""Says in the reader's language what a customer's value is made of: what counted, and how much."""

from collections.abc import Iterator, Mapping

from crm_core.value.customer_values import CustomerValue
from crm_core.value.settings import ValueSettings

WITHOUT_CENTS = frozenset({"CLP", "PYG", "JPY", "KRW", "VND"})
"""Currencies without a smaller unit (ISO 4217, of the countries that we know)."""


def explained(
    found: CustomerValue, rules: ValueSettings, texts: Mapping[str, str], language: str
) -> list[str]:
    """One sentence for each thing that counted, the value last but for the potential."""

    def money(minor: int) -> str:
        return amount(minor, rules.currency, language)

    def sentence(key: str, **figures: object) -> str:
        return texts[f"explain_{key}"].format(**{name: str(figure) for name, figure in figures.items()})

    def parts() -> Iterator[str]:
        counted = found.counted
        if counted["contracts"]:
            yield sentence(
                "contract",
                count=counted["contracts"],
                margin=money(counted["margin_minor"]),
                months=counted["months"],
                life=round(found.life_months),
                part=money(found.contract_part_minor),
            )
        if counted["purchases"]:
            yield sentence(
                "last_year" if found.model == "last_year" else "purchases",
                count=counted["purchases"],
                days=counted["days_since"],
                mean=money(counted["mean_minor"]),
                alive=f"{100 * counted['alive']:.0f} %",
                ahead=number(counted["ahead"], language),
                horizon=rules.horizon_months,
                part=money(found.purchase_part_minor),
            )
        if found.model == "none":
            yield sentence("none")
        yield sentence("cost", year=money(found.cost_last_year_minor), part=money(found.cost_part_minor))
        yield sentence("value", value=money(found.value_minor), letter=found.value_class)
        if found.potential_minor:
            yield sentence("potential", potential=money(found.potential_minor), horizon=rules.horizon_months)

    return list(parts())


def amount(minor: int, currency: str, language: str) -> str:
    """ "CLP 12.345", "USD 1,234.50" as the language writes it."""
    cents = 0 if currency in WITHOUT_CENTS else 2
    return f"{currency} {number(minor / 10**cents, language, cents)}"


def number(figure: float, language: str, decimals: int = 1) -> str:
    """With the separators of the language."""
    written = f"{figure:,.{decimals}f}"
    return written.translate(str.maketrans(",.", ".,")) if language == "es" else written
