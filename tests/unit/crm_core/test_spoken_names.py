"""What of an address is said."""

import pytest

from crm_core.spoken_names import spoken_place


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("Los Leones 1234", "Los Leones 1234"),
        ("Av. 11 de Septiembre 2155 of. 12", "Av. 11 de Septiembre 2155"),
        ("Suecia 482, casa B", "Suecia 482"),
        ("Parcela sin número", "Parcela sin número"),
        ("", ""),
    ],
)
def test_the_way_inside_is_not_said(address: str, place: str) -> None:
    assert spoken_place(address) == place
