#!/usr/bin/env python3
"""Asks a running server every route of schema/api.json, then all that a server must withstand."""
import gzip
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from schema import problems
from server import PEOPLE, RAPPORT, Server, Workspace, run

API = json.load(open("schema/api.json", encoding="utf-8"))
METRICS = sorted(name[:-4] for name in os.listdir("metrics") if name.endswith(".sql"))
# What to ask each route for; {name} is every metric.
QUERIES = {
    "/api/v1/status": [""],
    "/api/v1/metrics": [""],
    "/api/v1/metrics/{name}": ["", "?from=2024-01&to=2024-04&grain=week&who=everyone&source=widget"],
    "/api/v1/metrics/{name}/evidence": ["?at=2024-02", "?at=2024-02-03&grain=year&who=everyone&limit=500&offset=1"],
    "/api/v1/metrics/{name}/csv": ["?grain=quarter"],
    "/api/v1/filters": [""],
    "/api/v1/community": ["", "?at=2024-03&grain=quarter&who=humans"],
    "/api/v1/rejected": ["", "?source=widget&limit=1&offset=0"],
    "/api/v1/connectors": [""],
    "/api/v1/sources": [""],
}


def validated(path, status, kind, body):
    content = API["paths"][path]["get"]["responses"][str(status)]["content"]
    assert kind.split(";")[0] in content, "%s is not in the schema" % kind
    if kind.startswith("application/json"):
        found = problems(json.loads(body), content["application/json"]["schema"], API)
        assert not found, "\n".join(found[:5])


def every_route_answers_as_the_schema_says(server, work):
    asked = set(QUERIES) | {"/api/v1/changes"}
    readable = {path for path, methods in API["paths"].items() if "get" in methods}
    assert asked == readable, asked ^ readable
    for path, queries in QUERIES.items():
        for name in METRICS if "{name}" in path else [""]:
            for query in queries:
                status, headers, body = server.ask(path.replace("{name}", name) + query)
                assert status == 200, (path, name, query, body)
                validated(path, status, headers["Content-Type"], body)


def numbers_are_those_of_the_repository(server, work):
    series = json.loads(server.ask("/api/v1/metrics/commits?grain=year&from=2024&to=2025")[2])["series"]
    assert series[0]["points"] == [{"at": "2024-01-01", "value": 40, "n": 40, "few": False}], series
    evidence = json.loads(server.ask("/api/v1/metrics/commits/evidence?at=2024-01&limit=3")[2])
    assert evidence["total"] == 8 and len(evidence["items"]) == 3, evidence
    csv = server.ask("/api/v1/metrics/commits/csv?grain=year&from=2024&to=2025")[2]
    assert csv == b"bucket,segment,value,n,few\r\n2024-01-01,all,40,40,false\r\n", csv


def errors_are_as_the_schema_says(server, work):
    for target, path, status in [("/api/v1/metrics/nope", "/api/v1/metrics/{name}", 404), ("/api/v1/metrics/commits?grain=x", "/api/v1/metrics/{name}", 400),
                                 ("/api/v1/metrics/commits/evidence", "/api/v1/metrics/{name}/evidence", 400), ("/api/v1/community?at=x", "/api/v1/community", 400),
                                 ("/api/v1/rejected?limit=x", "/api/v1/rejected", 400), ("/api/v1/rejected?source=x", "/api/v1/rejected", 404)]:
        got, headers, body = server.ask(target)
        assert got == status, (target, got)
        validated(path, status, headers["Content-Type"], body)
        assert headers["Cache-Control"] == "no-store"
    assert "from" in json.loads(server.ask("/api/v1/metrics/commits?form=2024")[2])["error"]["fix"]


def foreign_names_and_pages_are_refused(server, work):
    for host in ("evil.example", "evil.example:%d" % server.port, "127.0.0.1.evil.example", ""):
        for target in ("/", "/api/v1/status", "/api/v1/changes"):
            assert server.ask(target, host=host)[0] == 403, (host, target)
    for host in ("localhost", "localhost:1234", "127.0.0.1", "[::1]:80"):
        assert server.ask("/api/v1/metrics", host=host)[0] == 200, host
    assert server.ask("/api/v1/status", sec_fetch_site="cross-site")[0] == 403
    assert server.ask("/api/v1/status", sec_fetch_site="same-site")[0] == 403
    status, headers, _ = server.ask("/api/v1/status", sec_fetch_site="same-origin", origin="http://evil.example")
    assert status == 200 and not [name for name in headers if name.lower().startswith("access-control")]


def answers_carry_their_protection(server, work):
    for target in ("/", "/api/v1/status", "/api/v1/nope", "/none.js"):
        headers = server.ask(target)[1]
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer", target
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy, policy
    assert b"<script>" not in server.ask("/")[2]


def other_methods_are_refused(server, work):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        status, headers, _ = server.ask("/api/v1/status", method)
        assert status == 405 and headers["Allow"] == "GET", method


def no_path_leads_out(server, work):
    for path in ("/../../../../etc/host.conf", "/%2e%2e/%2e%2e/etc/host.conf", "/assets/..%2f..%2f..%2fetc/host.conf", "//etc/host.conf",
                 "/..\\..\\etc\\host.conf", "/%00index.html", "/index.html%00.js"):
        status, _, body = server.ask(path)
        assert status in (400, 404), (path, status, body[:80])
    assert server.ask("/some/page")[2] == server.ask("/")[2]


def a_known_answer_is_not_sent_again(server, work):
    for target in ("/api/v1/community", "/"):
        tag = server.ask(target)[1]["ETag"]
        status, headers, body = server.ask(target, if_none_match=tag)
        assert status == 304 and body == b"" and headers["ETag"] == tag, target
    assert server.ask("/api/v1/nope", if_none_match="*")[0] == 404


def large_answers_are_compressed_on_request(server, work):
    plain = server.ask("/api/v1/metrics")
    small = server.ask("/api/v1/metrics", accept_encoding="gzip")
    assert "Content-Encoding" not in plain[1] and small[1]["Content-Encoding"] == "gzip"
    assert gzip.decompress(small[2]) == plain[2] and len(small[2]) < len(plain[2]) / 2
    assert "Content-Encoding" not in server.ask("/api/v1/rejected", accept_encoding="gzip")[1]


def too_much_is_cut_off(server, work):
    host = b"Host: 127.0.0.1\r\n"
    assert b" 200 " in server.send(b"GET /api/v1/metrics HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n")
    for request in (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + host + b"\r\n",
                    b"GET / HTTP/1.1\r\n" + host + b"X: " + b"b" * 20000 + b"\r\n\r\n",
                    b"GET / HTTP/1.1\r\n" + host + b"".join(b"X%d: y\r\n" % n for n in range(200)) + b"\r\n",
                    b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 10\r\n\r\n0123456789", b"\x16\x03\x01 nonsense\r\n\r\n"):
        assert b" 200 " not in server.send(request), request[:60]
    assert server.ask("/api/v1/metrics")[0] == 200


def a_slow_request_is_given_up(server, work):
    with server.connect() as link:
        link.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        begun = time.monotonic()
        assert link.recv(100) == b""
        assert 8 < time.monotonic() - begun < 14


def a_client_that_leaves_harms_nobody(server, work):
    for number in range(20):
        with server.connect() as link:
            link.sendall(b"GET /api/v1/community?grain=%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % [b"day", b"week", b"month", b"year"][number % 4])
            if number % 2:
                link.recv(10)
    assert server.ask("/api/v1/community")[0] == 200


def a_second_server_on_the_port_is_told(server, work):
    second = subprocess.run([RAPPORT, "--home", work.home, "serve", "--port", str(server.port)], capture_output=True, text=True, timeout=20)
    assert second.returncode == 1 and "taken" in second.stderr and "--port" in second.stderr, second.stderr
    outside = subprocess.run([RAPPORT, "--home", work.home, "serve", "--bind", "0.0.0.0"], capture_output=True, text=True, timeout=20)
    assert outside.returncode == 1 and "other machines" in outside.stderr, outside.stderr


def a_sync_is_told_and_seen(server, work):
    before = json.loads(server.ask("/api/v1/metrics/commits?grain=year&from=2024&to=2025")[2])["series"][0]["points"][0]["value"]
    tag = server.ask("/api/v1/metrics/commits")[1]["ETag"]
    with server.connect() as link:
        link.sendall(b"GET /api/v1/changes HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = link.recv(4096)
        while b"retry:" not in got:
            got += link.recv(4096)
        assert b"text/event-stream" in got and b"\ndata:" not in got
        work.commit(PEOPLE[0], "2024-06-01T10:00:00Z", "One more")
        work.rapport("--home", work.home, "sync")
        synced = time.monotonic()
        while b"data: {\"version\":" not in got:
            got += link.recv(4096)
        assert time.monotonic() - synced < 5
    status, _, body = server.ask("/api/v1/metrics/commits?grain=year&from=2024&to=2025", if_none_match=tag)
    assert status == 200 and json.loads(body)["series"][0]["points"][0]["value"] == before + 1
    log = os.path.join(work.home, "rapport.duckdb.wal")
    assert not os.path.exists(log) or os.path.getsize(log) == 0, "the log was not folded beside an open server"


def it_ends_at_once_with_streams_open(server, work):
    for how in (signal.SIGINT, signal.SIGTERM):
        other = Server(work.home)
        assert other.second_line.strip(), "no word on how to stop"
        with other.connect() as link:
            link.sendall(b"GET /api/v1/changes HTTP/1.1\r\nHost: localhost\r\n\r\n")
            link.recv(100)
            code, seconds = other.stop(how)
            assert code == 0 and seconds < 1.5, (how, code, seconds)


def the_log_is_safe_to_print(server, work):
    other = Server(work.home, "--verbose")
    other.ask("/x%1b%5b31m")
    other.send(b"GET /\x1b[31mred HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 2)
    other.stop()
    said = other.process.stderr.read()
    assert "GET /x" in said and "\x1b" not in said, said


CASES = [every_route_answers_as_the_schema_says, numbers_are_those_of_the_repository, errors_are_as_the_schema_says, foreign_names_and_pages_are_refused,
         answers_carry_their_protection, other_methods_are_refused, no_path_leads_out, a_known_answer_is_not_sent_again,
         large_answers_are_compressed_on_request, too_much_is_cut_off, a_slow_request_is_given_up, a_client_that_leaves_harms_nobody,
         a_second_server_on_the_port_is_told, a_sync_is_told_and_seen, it_ends_at_once_with_streams_open, the_log_is_safe_to_print]


if __name__ == "__main__":
    sys.exit(run(CASES, Workspace()))
