import gc

import pytest

from ctiserver.process.loading import loading


def test_the_collector_rests_while_something_is_loaded_and_works_again_afterwards() -> None:
    try:
        with loading():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
        with pytest.raises(ImportError), loading():
            raise ImportError
        assert gc.isenabled()
    finally:
        gc.unfreeze()
