"""The other side: Asterisk's own `Queue()`, in the same Asterisk, with the same agents' phones.

Its callers go the same way as ours: answered, a menu with the same prompt and key, music in the queue, an agent,
the same goodbye. It rings the endpoints that the server has told Asterisk about. Settings are those that serve
fastest: free members at once (`autofill`), round robin, one second between rounds (the shortest there is).
"""

from collections.abc import Iterable
from pathlib import Path

from bench.company import Bench
from ctiserver.asterisk.conf import etc_dir

ANSWER_ONLY = "8000"
_DIALPLAN = """
[from-trunk](+)
exten => {answer_only},1,Answer()
 same => n,Hangup()
"""
_NUMBER = """
exten => {number},1,Set(CHANNEL(language)=es)
 same => n,Answer()
 same => n,Read(KEY,{prompts}/one-moment,1,,2,3)
 same => n,Queue(bench{agents},c)
 same => n,Playback({prompts}/goodbye)
 same => n,Hangup()
"""
_QUEUE = """
[bench{agents}]
strategy = rrmemory
timeout = 15
retry = 1
wrapuptime = 0
ringinuse = no
joinempty = yes
leavewhenempty = no
musicclass = default
"""


def number(agents: int) -> str:
    """What callers dial to reach the `Queue()` with so many members."""
    return str(8000 + agents)


def add_queues(bench: Bench, sizes: Iterable[int]) -> None:
    """Lets the running Asterisk serve queues of so many members beside the application."""
    config = bench.center.asterisk.config
    prompts: Path = config.prompts.directory.absolute() / "es"
    dialplan, queues = _DIALPLAN.format(answer_only=ANSWER_ONLY), ""
    for agents in sizes:
        dialplan += _NUMBER.format(number=number(agents), agents=agents, prompts=prompts)
        queues += _QUEUE.format(agents=agents)
        queues += "".join(f"member => PJSIP/{endpoint}\n" for endpoint in bench.endpoints[:agents])
    for name, text in (("extensions.conf", dialplan), ("queues.conf", queues)):
        with (etc_dir(config) / name).open("a") as file:
            file.write(text)
    bench.center.asterisk.command("dialplan reload")
    bench.center.asterisk.command("queue reload all")
