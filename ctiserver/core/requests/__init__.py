"""What a person or program asks of the engines.

Answered once; a repeated `request_id` gets the first answer.

One module per family; everybody else takes the names from here.
"""

# ruff: noqa: F403, I001 - the order is that of docs/messages.md
from ctiserver.core.requests.base import *
from ctiserver.core.requests.call import *
from ctiserver.core.requests.agent import *
from ctiserver.core.requests.supervision import *
from ctiserver.core.requests.lead import *
