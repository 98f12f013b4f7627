from typing import Any

from crm_core import demo
from crm_core.campaigns.effect_forms import EFFECTS
from crm_core.db import Store
from crm_core.demo_scripts import SCRIPTS
from crm_core.dispositions import dispositions_of_account
from crm_core.scripts import script_versions


def test_the_demo_company_has_two_scripts_in_force_and_a_result_for_each_effect_however_often_it_is_loaded(
    url: str,
) -> None:
    def load(session: Any) -> None:
        demo.load(session, now=1_790_000_000.0, password="a-good-password")

    with Store(url) as store:
        store.write(load)
        store.write(load)
        assert store.read(script_versions.names_in_force, 1) == sorted(SCRIPTS)
        assert [len(one.versions) for one in store.read(script_versions.scripts, 1)] == [1, 1]
        rows = store.read(dispositions_of_account, 1)
        assert {row.effect for row in rows} == {"", *EFFECTS}
        assert len({row.code for row in rows}) == len(rows)
        assert [row.effect_flow for row in rows if row.effect == "promise_to_pay"] == ["payment-reminder"]
