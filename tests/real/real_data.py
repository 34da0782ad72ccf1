"""What the tests on real data share. Each runs the program named by RAPPORT (default ./rapport) on ../shared/data (or
RAPPORT_DATA), prints one line a check, and is skipped where the data is absent."""
import contextlib, csv, http.server, json, os, re, subprocess, sys, tarfile, tempfile, threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RAPPORT = Path(os.environ.get("RAPPORT", ROOT / "rapport")).resolve()
DATA = Path(os.environ.get("RAPPORT_DATA", ROOT.parent / "shared" / "data"))
score = {"passed": 0, "failed": 0}


def check(what, got, want):
    good = got == want
    score["passed" if good else "failed"] += 1
    print(f"ok      {what}" if good else f"FAILED  {what}: got {got!r}, want {want!r}")


def rapport(home, *words, **more):
    done = subprocess.run([RAPPORT, "--home", home, *words], capture_output=True, text=True, **more)
    if done.returncode not in (0, 2):
        sys.exit(f"rapport {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def sql(home, query):
    return json.loads(rapport(home, "sql", query, "--format", "json"))


def one(home, query):
    return list(sql(home, query)[0].values())[0]


def pairs(home, query):
    """Rows of two columns as a dict."""
    return {tuple(row.values())[0]: tuple(row.values())[1] for row in sql(home, query)}


def content(home, tables):
    """Tables as hashes that do not depend on the order of rows: {name: columns}."""
    return {table: tuple(sql(home, f"SELECT count(*) AS n, sum(hash(t)::HUGEINT)::VARCHAR AS h FROM (SELECT {columns} FROM {table}) t")[0].values())
            for table, columns in tables.items()}


EVERYTHING = {"place": "*", "account": "*", "thread": "*", "activity": "* EXCLUDE (record_key)",
              "rejected_record": "source_id, stream, position, reason, excerpt"}


def same_again(home):
    """A second sync and a replay change nothing."""
    before = content(home, EVERYTHING)
    rapport(home, "sync")
    check("a second sync adds nothing", content(home, EVERYTHING), before)
    rapport(home, "replay")
    check("a replay says the same", content(home, EVERYTHING), before)


def need(*paths):
    """The paths, or the end of the test where they are absent."""
    if not all(path.exists() for path in paths):
        print("SKIPPED: no ../shared/data")
        sys.exit(77)
    return paths[0] if len(paths) == 1 else paths


def needs(*names):
    need(*(DATA / name for name in names))


def synced(*sources):
    """A new workspace with these files of the data, read; a TemporaryDirectory."""
    home = tempfile.TemporaryDirectory()
    rapport(home.name, "init", home.name, "-q")
    for source in sources:
        rapport(home.name, "add", source, "-q")
    rapport(home.name, "sync")
    return home


def members(archive, pattern):
    """Files of an archive of the data whose names match, as {name: bytes}."""
    with tarfile.open(DATA / archive) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar if m.isfile() and re.search(pattern, m.name)}


def table(files, name):
    """The rows of <name>.csv among `files`."""
    csv.field_size_limit(1 << 30)
    found = next(v for k, v in files.items() if k.endswith("/" + name + ".csv"))
    return list(csv.DictReader(found.decode("utf-8-sig").splitlines(keepends=True)))


@contextlib.contextmanager
def served(answer):
    """A server on this machine, while the block lasts; gives its address. `answer(method, path with query, body)` is what it sends as
    JSON; None is a 404, a pair is the JSON and further headers."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def reply(self):
            length = int(self.headers.get("Content-Length") or 0)
            what = answer(self.command, self.path, self.rfile.read(length))
            what, headers = what if isinstance(what, tuple) else (what, {})
            body = json.dumps({"message": "404 Not Found"} if what is None else what).encode()
            self.send_response(404 if what is None else 200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked may have gone
                self.wfile.write(body)

        do_GET = do_POST = reply

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def collected(connector, **settings):
    """A new workspace with one source of these settings, read; a TemporaryDirectory."""
    home = tempfile.TemporaryDirectory()
    rapport(home.name, "init", home.name, "-q")
    with open(f"{home.name}/rapport.toml", "a") as config:
        config.write(f'\n[[source]]\nname = "{connector}"\nconnector = "{connector}"\n' + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))
    rapport(home.name, "sync")
    return home


def second(text):
    """An instant without its fraction and zone: two programs write these in different ways."""
    return text[:19]


def end():
    print(f"{score['passed']} passed, {score['failed']} failed")
    sys.exit(1 if score["failed"] else 0)
