#!/usr/bin/env python3
"""What the world does to a program: a host that never answers, a disk that is full, files that cannot be read or are
somebody else's. Each must end in one clear error, in reasonable time, with the database as it was."""
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

RAPPORT = os.path.abspath(os.environ.get("RAPPORT", "./rapport"))
score = {"passed": 0, "failed": 0, "skipped": 0}
PATIENCE = 2  # seconds, set in rapport.toml


def check(what, good, told=""):
    score["passed" if good else "failed"] += 1
    print("ok      %s" % what if good else "FAILED  %s: %s" % (what, told))


def rapport(home, *words, before=()):
    return subprocess.run([*before, RAPPORT, "--home", home, *words], capture_output=True, text=True, timeout=300)


def must(done):
    if done.returncode:
        sys.exit("%s ended with %s:\n%s" % (done.args, done.returncode, done.stderr))
    return done.stdout


@contextlib.contextmanager
def workspace():
    with tempfile.TemporaryDirectory() as home:
        must(rapport(home, "init", home, "-q"))
        config = open(home + "/rapport.toml").read().replace("patience_seconds = 30", "patience_seconds = %d" % PATIENCE)
        open(home + "/rapport.toml", "w").write(config)
        yield home


def write_rows(path, count, first=0):
    with open(path, "w") as out:
        out.write("id,when,who,text\n")
        for number in range(first, first + count):
            out.write("%d,2024-%02d-%02dT%02d:00:00Z,user%d,%s\n" % (number, 1 + number % 12, 1 + number % 28, number % 24, number % 997,
                                                                    " ".join(str((number * 7919 + i * 104729) % 1000003) for i in range(12))))


def add_rows(home, path):
    must(rapport(home, "add", path, "-q", "--as", "table", "--set", "id=id", "--set", "time=when", "--set", "account=who", "--set", "text=text",
                 "--set", "kind='message'"))


def count(home):
    return int(must(rapport(home, "sql", "SELECT count(*) AS n FROM activity", "--format", "csv")).split()[-1])


class Host:
    """Accepts connections, sends `greeting` and then nothing."""

    def __init__(self, greeting=b""):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = "http://127.0.0.1:%d" % self.socket.getsockname()[1]
        self.greeting, self.links = greeting, []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                link, _ = self.socket.accept()
                self.links.append(link)  # held open
                link.sendall(self.greeting)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for link in self.links:
            link.close()
        self.socket.close()


def a_silent_host_is_given_up():
    for name, greeting in {"says nothing": b"", "stops in the middle": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"a\":"}.items():
        with workspace() as home, Host(greeting) as host:
            must(rapport(home, "add", host.address, "-q", "--as", "discourse", "--name", "forum"))
            begun = time.time()
            done = rapport(home, "sync")
            took = time.time() - begun
            check("a host that %s ends the sync with 1" % name, done.returncode == 1, done.returncode)
            check("  within twice the patience and a little", took < 2 * PATIENCE + 8, took)
            check("  in one error that names it and what to do", done.stderr.count("did not answer for 2 seconds") == 1 and host.address in done.stderr and
                  "patience_seconds" in done.stderr, done.stderr)
            check("  and asks it no more than twice", len(host.links) == 2, len(host.links))


def a_silent_host_stops_no_other_source():
    with workspace() as home, Host() as host:
        must(rapport(home, "add", host.address, "-q", "--as", "discourse", "--name", "forum"))
        write_rows(home + "/rows.csv", 100)
        add_rows(home, home + "/rows.csv")
        done = rapport(home, "sync")
        check("a silent host stops no other source", done.returncode == 1 and count(home) == 100, (done.returncode, done.stderr))


def ctrl_c_does_not_wait_for_a_silent_host():
    with workspace() as home, Host() as host:
        config = open(home + "/rapport.toml").read().replace("patience_seconds = %d" % PATIENCE, "patience_seconds = 600")
        open(home + "/rapport.toml", "w").write(config)
        must(rapport(home, "add", host.address, "-q", "--as", "discourse", "--name", "forum"))
        process = subprocess.Popen([RAPPORT, "--home", home, "sync"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not host.links and process.poll() is None:
            time.sleep(0.05)
        begun = time.time()
        process.send_signal(2)
        out, err = process.communicate(timeout=60)
        check("Ctrl-C does not wait for a silent host", time.time() - begun < 5 and "stopped as you asked" in err, (time.time() - begun, err))


def a_full_disk_leaves_the_database_whole():
    small = ["unshare", "--map-root-user", "--mount"]  # a file system of our own, without being root
    if not shutil.which("unshare") or subprocess.run([*small, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode:
        score["skipped"] += 1
        print("SKIPPED a full disk: no file system may be mounted here")
        return
    with tempfile.TemporaryDirectory() as folder:
        write_rows(folder + "/few.csv", 2000)
        write_rows(folder + "/many.csv", 400_000, 2000)
        script = """
            set -e
            mount -t tmpfs -o size=24m none /mnt
            mkdir /mnt/home; cd /mnt/home
            R="$1 --home /mnt/home"
            MAP="--as table --set id=id --set time=when --set account=who --set text=text --set kind='message'"
            $R init /mnt/home -q
            $R add "$2/few.csv" -q $MAP; $R sync -q
            $R add "$2/many.csv" -q $MAP
            set +e
            $R sync > "$2/out" 2> "$2/err"; echo $? > "$2/code"
            $R sql "SELECT count(*) AS n FROM activity WHERE source_id = (SELECT source_id FROM source WHERE name = 'few')" --format csv > "$2/readable"
            mount -o remount,size=2g /mnt
            $R sync > "$2/out2" 2> "$2/err2"; echo $? > "$2/code2"
            $R sql "SELECT count(*) AS n FROM activity" --format csv > "$2/after"
        """
        done = subprocess.run([*small, "sh", "-c", script, "sh", RAPPORT, folder], capture_output=True, text=True, timeout=300)
        text = lambda name: open(os.path.join(folder, name)).read() if os.path.exists(os.path.join(folder, name)) else "(none) " + done.stderr
        check("a full disk ends the sync with 1", text("code").strip() == "1", text("code"))
        check("  in one error that says so", "space" in text("err") and text("err").count("error:") == 1, text("err"))
        check("  what was there can be read", text("readable").split()[-1:] == ["2000"], text("readable"))
        check("  and with room the next sync ends it", text("code2").strip() == "0" and text("after").split()[-1:] == ["402000"], (text("code2"), text("err2"), text("after")))


def files_that_are_not_ours():
    with workspace() as home:
        os.makedirs(home + "/x")
        write_rows(home + "/x/rows.csv", 10)
        add_rows(home, home + "/x/rows.csv")
        shutil.rmtree(home + "/x")
        done = rapport(home, "sync")
        check("a file that went is one clear error", done.returncode == 1 and "rows.csv" in done.stderr, done.stderr)
    for name, content in {"text": b"not a database, but a letter\n" * 1000, "SQLite": b"SQLite format 3\0" + bytes(8192), "an empty file": b""}.items():
        with workspace() as home:
            with contextlib.suppress(FileNotFoundError):
                os.remove(home + "/rapport.duckdb")
            open(home + "/rapport.duckdb", "wb").write(content)
            for words in (("sync",), ("status",)):
                done = rapport(home, *words)
                check("%s in place of the database: `%s` ends with 1" % (name, words[0]), done.returncode == 1 and "rapport.duckdb" in done.stderr, done.stderr)
            check("  and stays as it was", open(home + "/rapport.duckdb", "rb").read() == content)


def main():
    for case in (a_silent_host_is_given_up, a_silent_host_stops_no_other_source, ctrl_c_does_not_wait_for_a_silent_host, a_full_disk_leaves_the_database_whole,
                 files_that_are_not_ours):
        case()
    print("%d passed, %d failed, %d skipped" % (score["passed"], score["failed"], score["skipped"]))
    sys.exit(1 if score["failed"] else 0)


main()
