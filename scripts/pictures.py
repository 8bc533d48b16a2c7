"""Take the pictures of docs/images from the demo set in a throw-away database: `make pictures`."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
MESSY_ROSTER = ROOT / "fixtures" / "rosters" / "messy.xlsx"
PHONE, DESK = (360, 740), (1280, 900)
AS_OF = "2017-07-16"
"""The day of the published figures that the demo set reproduces."""

PICTURES: list[tuple[str, str, str, tuple[int, int]]] = [
    ("login-1280", "", "/accounts/login/", DESK),
    ("home-secretary-1280", "secretary", "/", DESK),
    ("home-secretary-360", "secretary", "/", PHONE),
    ("activity-form-360", "secretary", "/activities/new/", PHONE),
    ("home-reviewer-1280", "reviewer", "/", DESK),
    ("queue-1280", "reviewer", "/activities/queue/", DESK),
    ("coverage-1280", "reviewer", f"/coverage/parks/kic/?as_of={AS_OF}", DESK),
    ("coverage-360", "reviewer", f"/coverage/parks/kic/?as_of={AS_OF}", PHONE),
    ("dashboard-1280", "viewer", "/coverage/dashboard/?place=park:kic", DESK),
    ("dashboard-360", "viewer", "/coverage/dashboard/?place=park:kic", PHONE),
    ("home-administrator-1280", "administrator", "/", DESK),
    ("home-viewer-1280", "viewer", "/", DESK),
    ("home-auditor-1280", "auditor", "/", DESK),
]


def main() -> None:
    """Serve the demo set from a temporary folder, visit every page of PICTURES, and keep small PNG files."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = os.environ | {
            "READ_DOT_ENV": "0",
            "DEMO": "1",
            "TASKS_IMMEDIATE": "1",
            "DATABASE_URL": f"sqlite:///{folder}/pictures.sqlite3",
            "MEDIA_ROOT": f"{folder}/media",
            "PORT": str(port),
            "HOST": "127.0.0.1",
        }
        manage = [sys.executable, str(ROOT / "manage.py")]
        for command in (["migrate", "--verbosity", "0"], ["load_codes"], ["demo"]):
            subprocess.run([*manage, *command], env=environment, cwd=ROOT, check=True)
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "parkparty.wsgi"]
        server = subprocess.Popen(gunicorn, env=environment, cwd=ROOT)
        try:
            wait_for(f"http://127.0.0.1:{port}/accounts/login/")
            take_pictures(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(10)


def take_pictures(origin: str) -> None:
    """Every page as its role sees it, and the check of the messy roster."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
        )
        for name, role, address, size in PICTURES:
            take(browser, origin, name, role, address, size)
        take_roster(browser, origin)
        browser.close()


def take(browser: Browser, origin: str, name: str, role: str, address: str, size: tuple[int, int]) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="zh-CN", base_url=origin)
    if role:
        page.goto("/accounts/login/")
        page.locator(f"button[name=role][value={role}]").click()
    page.goto(address)
    keep(page.screenshot(full_page=True), name)
    page.close()


def take_roster(browser: Browser, origin: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN", base_url=origin)
    page.goto("/accounts/login/")
    page.locator("button[name=role][value=administrator]").click()
    page.goto("/rosters/new/")
    page.locator("input[type=file]").set_input_files(MESSY_ROSTER)
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    keep(page.screenshot(full_page=True), "roster-1280")
    page.close()


def keep(png: bytes, name: str) -> None:
    """Write the picture with 128 colours and at most two screens high, so that the repository stays small."""
    path = IMAGES / f"{name}.png"
    path.write_bytes(png)
    with Image.open(path) as picture:
        width, height = picture.size
        small = picture.convert("RGB").crop((0, 0, width, min(height, 2000)))
        small.quantize(128).save(path, optimize=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str) -> None:
    """Until the server answers; a page that fails is for the pictures to show."""
    for _ in range(100):
        try:
            # Our own server.
            urllib.request.urlopen(address, timeout=5).close()  # nosec B310
            return
        except OSError:  # no answer yet, or none in time
            time.sleep(0.1)
    raise TimeoutError(address)


if __name__ == "__main__":
    main()
