"""gunicorn settings, for `make run` and for a site's own service file; a site changes them through the environment."""

import os

_host, _port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")

bind = f"{_host}:{_port}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = True  # one copy of the code in memory, and a fault in it ends the start instead of restarting workers
control_socket_disable = True  # nothing of ours speaks to it


def when_ready(server: object) -> None:
    """Say where to go; "every interface" is no address that a browser opens."""
    address = bind.replace("0.0.0.0", "localhost")  # nosec B104
    print(f"ParkParty 已启动：http://{address}/ （Ctrl-C 停止）", flush=True)
