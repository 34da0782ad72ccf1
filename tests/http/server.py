"""A workspace with a small repository of invented people, a running `rapport serve`, and plain ways to ask it."""
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import traceback

RAPPORT = os.path.abspath(os.environ.get("RAPPORT", "./rapport"))
PEOPLE = [("Ada Lovel", "ada@example.org"), ("Bo Tester", "bo@example.com"), ("Chi <b>\"Quote\"", "chi@example.net")]


class Workspace:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="rapport-http-")
        self.repository = os.path.join(self.folder, "widget")
        self.home = os.path.join(self.folder, "home")
        self.git("init", "-q", self.repository)
        for number in range(40):
            self.commit(PEOPLE[number % 3], "2024-%02d-%02dT10:00:00Z" % (1 + number // 8, 1 + number % 8), "Change %d </script>" % number)
        self.rapport("init", self.home)
        self.rapport("--home", self.home, "add", self.repository)
        self.rapport("--home", self.home, "sync")

    def git(self, *words, env=None):
        subprocess.run(["git", *words], check=True, capture_output=True, env={**os.environ, **(env or {})})

    def commit(self, person, when, text):
        who = {}
        for role in ("AUTHOR", "COMMITTER"):
            who.update({"GIT_%s_NAME" % role: person[0], "GIT_%s_EMAIL" % role: person[1], "GIT_%s_DATE" % role: when})
        self.git("-C", self.repository, "commit", "-q", "--allow-empty", "-m", text, env=who)

    def rapport(self, *words):
        return subprocess.run([RAPPORT, *words], check=True, capture_output=True, text=True).stdout

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Server:
    def __init__(self, home, *words):
        self.process = subprocess.Popen([RAPPORT, "--home", home, "serve", "--port", "0", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first_line = self.process.stdout.readline()
        self.second_line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", self.first_line)
        if not found:
            raise RuntimeError("no server: %r %s" % (self.first_line, self.process.stderr.read()))
        self.port = int(found.group(1))

    def ask(self, target, method="GET", **headers):
        """(status, headers, body). A header `if_none_match` is sent as If-None-Match."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, target, skip_host="host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-").title(), value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    def send(self, data, wait=5.0):
        """Sends raw bytes and returns what comes back until the other side closes or `wait` seconds passed."""
        with self.connect() as link:
            link.settimeout(wait)
            got = b""
            try:
                link.sendall(data)
                while part := link.recv(65536):
                    got += part
            except (socket.timeout, ConnectionError):
                pass
            return got

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def resident_kilobytes(self):
        with open("/proc/%d/status" % self.process.pid) as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def processor_seconds(self):
        with open("/proc/%d/stat" % self.process.pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, how=signal.SIGTERM):
        """(exit code, seconds it took)."""
        begun = time.monotonic()
        self.process.send_signal(how)
        try:
            code = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = None
        return code, time.monotonic() - begun


def run(cases, work):
    """Every case on one server; what a test program is to end with. A server that does not end well is a failure too."""
    passed = failed = 0
    server = Server(work.home)
    try:
        for case in cases:
            try:
                case(server, work)
                passed += 1
            except Exception:
                failed += 1
                print("FAILED: %s\n%s" % (case.__name__.replace("_", " "), traceback.format_exc()))
    finally:
        code, _ = server.stop()
        work.remove()
    if code != 0:
        failed += 1
        print("FAILED: the server ended with %s" % code)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0
