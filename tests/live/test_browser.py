"""A browser loads what the servers show, and talks to them."""

import os
import re
import shutil
import subprocess
import tempfile

from live import Skip, equal, main, test, true, until
from traffic import serving
from web import site

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def browse(url):
    """The document that the browser has in the end, as HTML."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        raise Skip("no chromium")
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server",
             "--disable-dev-shm-usage", f"--user-data-dir={home}", "--virtual-time-budget=10000",
             "--dump-dom", url],
            capture_output=True, timeout=100, env=os.environ | {"HOME": home},
        )  # fmt: skip
    true(done.returncode == 0, done.stderr.decode())
    return done.stdout.decode()


@test("a browser shows a listing, names as they are")
def _():
    names = {"<img src=x onerror=alert(1)>.txt": b"", "grün & blau": b"", "dir/x": b""}
    with site(files=names) as (server, port, _):
        page = browse(f"http://127.0.0.1:{port}/")
        true("<h1>/</h1>" in page and "<img" not in page, page)
        true(">grün &amp; blau</a>" in page and ">dir/</a>" in page, page)
        server.wait_for(r"^GET / 200 \d+ bytes to ")


@test("a name that is as long as can be leaves the sizes in sight")
def _():
    script = b"""<pre id=log></pre><iframe src="dir/" width=500></iframe><script>
        onload = () => {
          const root = frames[0].document.documentElement;
          log.textContent = root.scrollWidth <= root.clientWidth ? 'fits' : 'too wide';
        };
    </script>"""
    with site(files={"index.html": script, "dir/" + "n" * 255: b""}) as (_server, port, _):
        page = browse(f"http://127.0.0.1:{port}/")
        true('<pre id="log">fits</pre>' in page, page)


@test("a browser loads a page with its style and script from the directory")
def _():
    files = {
        "index.html": b"<link rel=stylesheet href=c++.css><p id=p>before</p>"
        b"<script src='a&b.js'></script>",
        "c++.css": b"p { color: rgb(1, 2, 3) }",
        "a&b.js": b"document.getElementById('p').textContent ="
        b" 'after ' + getComputedStyle(document.getElementById('p')).color;",
    }
    with site(files=files) as (_server, port, _):
        page = browse(f"http://127.0.0.1:{port}/")
        true(">after rgb(1, 2, 3)</p>" in page, page)


@test("the page of a WebSocket server sends what stands behind # and shows the echo")
def _():
    with serving("ws", "0") as (server, port):
        def log_of_a_page():
            page = browse(f"http://127.0.0.1:{port}/#Gr%C3%BC%C3%9Fe%20%3Cb%3E")
            return re.search(r'<pre id="log">(.*?)</pre>', page, re.DOTALL)[1].splitlines()

        # The browser's time does not wait for what a WebSocket brings, so a page may end early.
        log = until(lambda: len(found := log_of_a_page()) > 2 and found, "a whole log")
        equal(
            log,
            ["connected", "sent: Grüße &lt;b&gt;", "received: Grüße &lt;b&gt;"],
            "log",
        )
        server.wait_for(r'^received 11 bytes "Grüße <b>" from 127\.0\.0\.1:\d+$')


@test("a page of another origin cannot talk to a WebSocket server")
def _():
    script = """<pre id=log>waiting</pre><script>
        const socket = new WebSocket('ws://127.0.0.1:%d/');
        socket.onopen = () => { log.textContent = 'open'; };
        socket.onerror = () => { log.textContent = 'refused'; };
    </script>"""
    with serving("ws", "0") as (_ws, ws_port):
        with site(files={"index.html": (script % ws_port).encode()}) as (_server, port, _):
            page = browse(f"http://127.0.0.1:{port}/")
            true(">refused</pre>" in page, page)


main()
