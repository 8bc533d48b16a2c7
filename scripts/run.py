"""Bring a checkout up to date and serve it: `make run`, or with ``--reload`` `make dev`.

Prepares the database in this process (one start of Django instead of one a command keeps a second `make run` short),
then watches over the web server and the task worker until one of them ends or we are told to stop.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import django

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 30


def main(*, reload: bool) -> int:
    """Serve until told to stop; the exit status is 0 only if we were."""
    host, port = os.environ.setdefault("HOST", "127.0.0.1"), os.environ.setdefault("PORT", "8000")
    if not port_is_free(host, int(port)):
        print(
            f"{host}:{port} 已被占用：停下占用它的程序，或换一个端口，例如 make {'dev' if reload else 'run'} PORT=8001"
        )
        return 1
    write_env_file(ROOT / ".env")
    if reload:
        os.environ["DEBUG"] = "1"
    prepare_database()
    manage = [sys.executable, str(ROOT / "manage.py")]
    if reload:
        return supervise([*manage, "runserver", f"{host}:{port}"], [*manage, "db_worker", "--reload"])
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy/gunicorn.conf.py"), "parkparty.wsgi"]
    return supervise(gunicorn, [*manage, "db_worker"])


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def write_env_file(path: Path) -> None:
    """Give a fresh checkout a key of its own and the demo; a file that is there is the site's and stays."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"SECRET_KEY={secrets.token_urlsafe(48)}\nDEMO=1\n", encoding="utf-8")


def prepare_database() -> None:
    """Migrate what is new, bring the code tables up to date, and give an empty demo site its demo set."""
    sys.path.insert(0, str(ROOT))  # Python put scripts/ there
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkparty.settings")
    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    call_command("load_codes")
    if settings.DEMO and not get_user_model().objects.exists():
        call_command("demo")
    connection.close()


def supervise(*commands: list[str]) -> int:
    """Run the commands side by side; when one ends or we are told to stop, stop them all."""
    told_to_stop = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal told_to_stop
        told_to_stop = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    # In a session of its own a child does not get the terminal's Ctrl-C: it is stopped once, by us.
    processes = [subprocess.Popen(command, cwd=ROOT, start_new_session=True) for command in commands]
    while not told_to_stop and all(process.poll() is None for process in processes):
        time.sleep(0.2)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
    return 0 if told_to_stop else 1


if __name__ == "__main__":
    sys.exit(main(reload="--reload" in sys.argv))
