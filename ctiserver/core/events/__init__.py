"""What is now so. Readers keep records by these; the screens are folds of them (`live_view`).

One module per family, in the order of a contact's life; everybody else takes the names from here.
"""

# ruff: noqa: F403, I001 - the order is that of docs/messages.md
from ctiserver.core.events.contact import *
from ctiserver.core.events.waiting import *
from ctiserver.core.events.offer import *
from ctiserver.core.events.talk import *
from ctiserver.core.events.survey import *
from ctiserver.core.events.lead import *
from ctiserver.core.events.outside import *
from ctiserver.core.events.own_call import *
from ctiserver.core.events.agent import *
from ctiserver.core.events.supervision import *
from ctiserver.core.events.center import *
