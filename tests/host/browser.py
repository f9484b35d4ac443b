#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""browser.py PAGE ACTION…: open a page of a file in Chromium and do what is asked.

Actions, in turn:
  size WIDTH HEIGHT      of the window
  scheme light|dark      what the reader prefers
  media screen|print     what it is shown on
  load                   (again)
  eval EXPRESSION        print its value, as JSON, in a line
  hover SELECTOR X Y     move the mouse to that part, from 0 to 1, of an element
  tap SELECTOR X Y       touch it there
  key NAME               press a key, such as Tab
  shot FILE              write a picture of the whole page, as PNG
  look FILE              write one of what is in the window
  pdf FILE               print it

Fails if the page has an error, if it writes to the console, or if anything but the page
itself is requested.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

KEYS = {"Tab": 9, "Escape": 27, "Enter": 13, "End": 35, "Home": 36, "ArrowLeft": 37,
        "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}


class Browser:
    """Chromium, driven by its DevTools protocol over two pipes."""

    def __init__(self, profile):
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()
        self.buffer = b""
        self.number = 0
        self.session = None
        self.complaints = []
        self.loaded = False
        self.url = None

        def files():
            # Chromium reads from 3 and writes to 4. Neither is lost while it is copied.
            one, two = os.dup(to_browser), os.dup(from_browser)
            os.dup2(one, 3)
            os.dup2(two, 4)

        # bats has a descriptor 3 of its own, which is not for Chromium.
        self.process = subprocess.Popen(
            ["chromium-headless-shell", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--hide-scrollbars", "--user-data-dir=" + profile, "about:blank"],
            preexec_fn=files, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(os.path.join(profile, "log"), "w"))
        os.close(to_browser)
        os.close(from_browser)

    def receive(self):
        """The next message; what it complains of is noted."""
        while b"\0" not in self.buffer:
            got = os.read(self.read, 1 << 20)
            if not got:
                sys.exit("the browser has ended")
            self.buffer += got
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        self.note(message.get("method"), message.get("params", {}))
        return message

    def note(self, method, params):
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Network.requestWillBeSent":
            if params["request"]["url"] != self.url:
                self.complaints.append("request: " + params["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append("log: " + params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append("exception: " + json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append("console: " + json.dumps(params["args"]))
        elif method == "Page.javascriptDialogOpening":
            sys.exit("dialog: " + params["message"])

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                break
        if "error" in answer:
            sys.exit(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, page):
        self.url = "file://" + os.path.abspath(page)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in "Page", "Network", "Log", "Runtime":
            self.call(domain + ".enable")
        self.load()

    def load(self):
        self.loaded = False
        self.call("Page.navigate", url=self.url)
        while not self.loaded:
            self.receive()

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            sys.exit(f"{expression}: {json.dumps(answer['exceptionDetails'])}")
        return answer["result"].get("value")

    def drawn(self):
        """Wait until the browser has drawn what was asked for."""
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
                      ".then(() => 1)")

    def place(self, selector, x, y):
        return self.evaluate(
            "(() => { const e = document.querySelector(" + json.dumps(selector) + ");"
            "e.scrollIntoView({ block: 'center' });"
            "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {"
            "const b = e.getBoundingClientRect();"
            f"done([b.left + b.width * {float(x)}, b.top + b.height * {float(y)}]); }}))); }})()")

    def hover(self, selector, x, y):
        left, top = self.place(selector, x, y)
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=left, y=top)
        self.drawn()

    def tap(self, selector, x, y):
        left, top = self.place(selector, x, y)
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": left, "y": top}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.drawn()

    def key(self, name):
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                      windowsVirtualKeyCode=KEYS[name])
        self.drawn()

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=int(width), height=int(height),
                  deviceScaleFactor=1, mobile=False)
        self.drawn()

    def media(self, name):
        self.call("Emulation.setEmulatedMedia", media=name)
        self.drawn()

    def scheme(self, name):
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": name}])
        self.drawn()

    def shot(self, file):
        self.evaluate("scrollTo(0, 0)")
        self.drawn()
        picture = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        with open(file, "wb") as out:
            out.write(base64.b64decode(picture["data"]))

    def look(self, file):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def pdf(self, file):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"]))

    def end(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait()


COUNTS = {"size": 2, "scheme": 1, "media": 1, "load": 0, "eval": 1, "hover": 3, "tap": 3, "key": 1,
          "shot": 1, "look": 1, "pdf": 1}


def main(page, words):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        browser.open(page)
        while words:
            action = words.pop(0)
            arguments = [words.pop(0) for _ in range(COUNTS[action])]
            if action == "eval":
                print(json.dumps(browser.evaluate(arguments[0])))
            else:
                getattr(browser, action)(*arguments)
        browser.drawn()
        browser.end()
    for complaint in browser.complaints:
        print(complaint, file=sys.stderr)
    return 1 if browser.complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
