#!/usr/bin/env python3
"""Adding sources to a running server: whose page may, what is refused and at which field, what rapport.toml then says, and that a
sync collects it. Answers are held against schema/api.json."""
import http.client
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from schema import problems
from server import Server, Workspace, run

API = json.load(open("schema/api.json", encoding="utf-8"))
JSON = {"Content-Type": "application/json"}
ADD, RECOGNISE = "/api/v1/sources", "/api/v1/recognise"
FEED = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Widget news</title><id>urn:widget</id><updated>2024-05-02T10:00:00Z</updated>
<entry><id>urn:1</id><title>One</title><updated>2024-05-01T10:00:00Z</updated><author><name>Ada</name></author><link href="https://widget.example/1"/></entry>
<entry><id>urn:2</id><title>Two</title><updated>2024-05-02T10:00:00Z</updated><author><name>Bo</name></author><link href="https://widget.example/2"/></entry></feed>"""


def post(server, target, body, **headers):
    """(status, answer); the answer is held against the schema of its status."""
    headers = {name.replace("_", "-"): value for name, value in ({**JSON, **headers}).items() if value is not None}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", target, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    if answer.status != 405:
        found = problems(said, API["paths"][target]["post"]["responses"][str(answer.status)]["content"]["application/json"]["schema"], API)
        assert not found, (answer.status, found, said)
    return answer.status, said


def config(work):
    with open(os.path.join(work.home, "rapport.toml"), encoding="utf-8") as file:
        return file.read()


def source(name, connector="git", **settings):
    return {"name": name, "connector": connector, "settings": settings}


def refused(server, work, body, status, field, *words, **headers):
    before = config(work)
    got, said = post(server, ADD, body, **headers)
    assert got == status, (got, said)
    assert said.get("field") == field, said
    for word in words:
        assert word in json.dumps(said, ensure_ascii=False), (word, said)
    assert config(work) == before, "something was written"
    return said


def only_our_own_page_may(server, work):
    here = "http://127.0.0.1:%d" % server.port
    for target, body in ((RECOGNISE, {"what": work.repository}), (ADD, source("stolen", url=work.repository))):
        before = config(work)
        for what, headers in [("another origin", {"Origin": "https://evil.example"}), ("an origin without a name", {"Origin": "null"}),
                              ("another port", {"Origin": "http://127.0.0.1:1"}), ("another name of this machine", {"Origin": "http://localhost:%d" % server.port}),
                              ("https", {"Origin": here.replace("http:", "https:")}), ("an origin that begins so", {"Origin": here + ".evil.example"}),
                              ("another site", {"Sec-Fetch-Site": "cross-site"}), ("another port's page", {"Sec-Fetch-Site": "same-site"}),
                              ("a foreign name for this machine", {"Host": "evil.example"}), ("such a name and its own origin", {"Host": "evil.example", "Origin": "http://evil.example"}),
                              ("a form", {"Content-Type": "application/x-www-form-urlencoded"}), ("a form with a file", {"Content-Type": "multipart/form-data; boundary=x"}),
                              ("plain text", {"Content-Type": "text/plain"}), ("text that names JSON", {"Content-Type": "text/plain; application/json"}), ("no type", {"Content-Type": None})]:
            status, said = post(server, target, body, **headers)
            assert status == 403, (target, what, status, said)
        assert config(work) == before
    # Before it sends JSON to another site, a browser asks that site (CORS); it never agrees.
    status, headers, _ = server.ask(ADD, "OPTIONS", origin="https://evil.example", access_control_request_method="POST", access_control_request_headers="content-type")
    assert status == 405 and not [name for name in headers if name.lower().startswith("access-control")], headers
    for good in ({}, {"Origin": here}, {"Origin": here, "Sec-Fetch-Site": "same-origin"}, {"Origin": "http://LOCALHOST:5", "Host": "localhost:5"}, {"Content-Type": "application/json; charset=utf-8"}):
        assert post(server, RECOGNISE, {"what": work.repository}, **good)[0] == 200, good
    for method in ("PUT", "DELETE", "PATCH"):
        assert server.ask(ADD, method)[0] == 405


def places_are_recognised_as_add_does(server, work):
    status, said = post(server, RECOGNISE, {"what": "https://github.com/our-org/sdk"})
    assert status == 200 and said["source"]["connector"] == "github" and [one["source"]["connector"] for one in said["also"]] == ["git"], said
    status, said = post(server, RECOGNISE, {"what": "news.xml"})  # from the folder of rapport.toml
    assert status == 200 and said["source"] == source(said["source"]["name"], "feed", url="news.xml"), said
    status, said = post(server, RECOGNISE, {"what": work.repository})
    assert said["source"]["name"] == "widget-2", said  # widget is taken
    for body, status, word in [({"what": "no/such/file"}, 404, "there is no"), ({"what": "rapport.toml"}, 400, "list"), ({"what": ""}, 400, "empty"),
                               ({}, 400, "text"), ({"what": 7}, 400, "text"), ({"what": "a\nb"}, 400, "line break"), (b"[", 400, ""), ({"what": "x" * 5000}, 400, "longer")]:
        got, said = post(server, RECOGNISE, body)
        assert got == status and word in json.dumps(said), (body, got, said)
    assert "stolen" not in config(work)


def mistakes_are_told_at_their_field(server, work):
    refused(server, work, b"{", 400, "", "JSON")
    refused(server, work, [], 400, "name")
    refused(server, work, source("", url=work.repository), 400, "name", "missing")
    for name in ("../../out", "a/b", ".hidden", "-rf", "a\\b"):
        refused(server, work, source(name, url=work.repository), 400, "name", "slashes")
    refused(server, work, source("x\ny", url=work.repository), 400, "name", "line break")
    refused(server, work, source("x" * 101, url=work.repository), 400, "name", "longer")
    refused(server, work, source("x", "gti"), 400, "connector", "did you mean `git`?")
    refused(server, work, source("x", "git"), 400, "url", "missing")
    refused(server, work, source("x", url="no/such/folder"), 400, "url", "no git repository")
    refused(server, work, source("x", url=work.repository, ulr="y"), 400, "url", "did you mean `url`?")
    refused(server, work, source("x", url=["y"]), 400, "url", "not a text")
    refused(server, work, source("x", url="a\x00b"), 400, "url", "control")
    refused(server, work, source("x", "feed", url="news.xml", kind="nonsense"), 400, "kind")
    refused(server, work, source("x", "table", path="rows.csv", kind="signup"), 400, "time", "`time`")
    refused(server, work, source("widget", url=work.repository), 409, "name", "already")


def secrets_are_never_written(server, work):
    for secret in ("s3cr3t-value", "$", "$not a name", "$a-b", "sk$NAME"):
        said = refused(server, work, source("forum", "discourse", url="https://forum.example.org", api_key=secret), 400, "api_key")
        assert "s3cr3t" not in json.dumps(said)
    # Not set for the server: it may be for the sync. What else is wrong is told all the same.
    refused(server, work, source("forum", "discourse", api_key="$NOT_SET_ANYWHERE"), 400, "url", "missing")
    status, said = post(server, ADD, source("forum", "discourse", url="https://forum.example.org", api_key="$NOT_SET_ANYWHERE"))
    assert status == 201 and "NOT_SET_ANYWHERE" in said["warnings"][0], said
    assert 'api_key = "$NOT_SET_ANYWHERE"' in config(work)
    os.environ["IS_SET_HERE"] = "the secret itself"
    other = Server(work.home)
    try:
        status, said = post(other, ADD, source("forum2", "discourse", url="https://forum.example.org", api_key="$IS_SET_HERE"))
        assert status == 201 and said["warnings"] == [], said
        assert "the secret itself" not in config(work) + json.dumps(said) + other.ask(ADD)[2].decode()
    finally:
        other.stop()


def no_program_is_started(server, work):
    mark = os.path.join(work.folder, "owned")
    said = refused(server, work, source("tap", "singer", command="touch " + mark, kind="signup", time="t"), 400, "command", "by hand", "runs the program")
    assert said["by_hand"].startswith('[[source]]\nname = "tap"\nconnector = "singer"\ncommand = "touch '), said
    for url in ("ext::sh -c 'touch %s'" % mark, "ext::sh -c 'touch %s' http://x" % mark, "fd::17", "foo::https://example.org/x.git"):
        said = refused(server, work, source("evil", url=url), 400, "url", "by hand", "starts a program")
        assert "[[source]]" in said["by_hand"]
    refused(server, work, source("cached", url=work.repository, cache="/tmp/elsewhere"), 400, "cache", "Rapport writes there")
    status, said = post(server, RECOGNISE, {"what": "tap-github --config x"})
    assert status == 200 and "runs the program" in said["why_by_hand"] and said["by_hand"].startswith("[[source]]"), said
    kinds = {one["name"]: one for one in json.loads(server.ask("/api/v1/connectors")[2])}
    assert kinds["singer"]["why_by_hand"] and not kinds["git"]["why_by_hand"]
    assert "cache" not in [one["name"] for one in kinds["git"]["settings"]]
    assert not os.path.exists(mark)


def what_is_written_comes_back(server, work):
    hostile = 'a "b" \\u003c </script> \\ <c> # é \u2028'
    status, said = post(server, ADD, source("news & more", "feed", url="news.xml"))
    assert status == 201 and said["next"] == "rapport sync 'news & more'", said
    assert said["written"] in config(work)
    status, said = post(server, ADD, source("rows", "table", path="rows.csv", kind="signup", time="at", title="'%s'" % hostile.replace("'", "")))
    assert status == 201 and said["source"]["settings"]["title"] == "'%s'" % hostile, said
    listed = {one["name"]: one for one in json.loads(server.ask(ADD)[2])}
    assert listed["rows"] == said["source"] and list(listed)[-1] == "rows", listed
    # A second server reads the file anew.
    assert "rows" in work.rapport("--home", work.home, "sources")
    status = json.loads(server.ask("/api/v1/status")[2])
    new = next(one for one in status["sources"] if one["name"] == "rows")
    assert new["streams"] == [] and new["activities"] == 0, new


def open_pages_are_told(server, work):
    with server.connect() as link:
        link.sendall(b"GET /api/v1/changes HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = link.recv(4096)
        while b"id:" not in got:
            got += link.recv(4096)
        assert post(server, ADD, source("told", url=work.repository))[0] == 201
        link.settimeout(8)
        while b"data:" not in got:
            got += link.recv(4096)


def a_sync_collects_what_was_added(server, work):
    work.rapport("--home", work.home, "sync", "news & more", "told")
    counts = work.rapport("--home", work.home, "sql", "SELECT s.name, count(*) FROM activity JOIN source s USING (source_id) WHERE s.name IN ('news & more', 'told') GROUP BY ALL ORDER BY 1", "--format", "csv").split()
    assert counts[-1] == "told,40" and "more,2" in counts, counts
    state = {one["name"]: one for one in json.loads(server.ask("/api/v1/status")[2])["sources"]}
    assert state["told"]["activities"] == 40 and state["rows"]["streams"] == [], state


def a_broken_file_is_told_and_left(server, work):
    file = os.path.join(work.home, "rapport.toml")
    before = config(work)
    open(file, "a").write("\n[[source\n")
    try:
        assert post(server, ADD, source("late", url=work.repository))[0] == 400
        assert server.ask(ADD)[0] == 400 and server.ask("/api/v1/status")[0] == 200
        assert config(work) == before + "\n[[source\n"
    finally:
        open(file, "w").write(before)


CASES = [only_our_own_page_may, places_are_recognised_as_add_does, mistakes_are_told_at_their_field, secrets_are_never_written, no_program_is_started,
         what_is_written_comes_back, open_pages_are_told, a_sync_collects_what_was_added, a_broken_file_is_told_and_left]


def main():
    work = Workspace()
    open(os.path.join(work.home, "news.xml"), "w").write(FEED)
    open(os.path.join(work.home, "rows.csv"), "w").write("id,at,login\n1,2024-05-01T10:00:00Z,ada\n")
    return run(CASES, work)


if __name__ == "__main__":
    sys.exit(main())
