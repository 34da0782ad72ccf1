#!/usr/bin/env python3
"""What programs hand over to a running server: activities and webhooks, from the request to the rows after a sync."""
import hashlib
import hmac
import http.client
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, Workspace

KEY, SECRET = "a key of many letters", "It's a Secret to Everybody"
os.environ["INTAKE_TEST_KEY"], os.environ["INTAKE_TEST_SECRET"] = KEY, SECRET
score = {"passed": 0, "failed": 0}


def check(what, got, want):
    good = got == want
    score["passed" if good else "failed"] += 1
    print("ok      %s" % what if good else "FAILED  %s: got %r, want %r" % (what, got, want))


def post(server, target, body, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", target, body if isinstance(body, bytes) else json.dumps(body).encode(), {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return answer.status, said


def signup(number, **more):
    return {"id": "s%d" % number, "kind": "signup", "happened_at": "2024-05-%02dT10:00:00Z" % number, "account": "dev%d" % number, "email": "dev%d@example.org" % number, **more}


def activities(server, work):
    good = {"Authorization": "Bearer " + KEY}
    check("one activity is taken", post(server, "/api/v1/activities", signup(1), **good), (202, {"accepted": 1}))
    check("a list is taken", post(server, "/api/v1/activities", [signup(2), signup(3, text="=HYPERLINK(\"x\") </script> \u2028")], **good), (202, {"accepted": 2}))
    check("the same again is taken", post(server, "/api/v1/activities", signup(1), **good)[0], 202)
    nameless = {"kind": "product_event", "happened_at": "2024-05-09T10:00:00Z", "account": "dev1", "title": "first call"}
    for _ in range(2):
        check("an Idempotency-Key stands for the id", post(server, "/api/v1/activities", nameless, Idempotency_Key="call-1", **good)[0], 202)
    check("through a tunnel, under another name", post(server, "/api/v1/activities", signup(4), Host="hooks.example", **good)[0], 202)
    for what, body, headers, status, word in [
            ("without a key", signup(9), {}, 403, "no key"), ("with another key", signup(9), {"Authorization": "Bearer wrong"}, 403, "not the key"),
            ("with a key that only begins so", signup(9), {"Authorization": "Bearer " + KEY[:-1]}, 403, "not the key"),
            ("from the page of another site", signup(9), {**good, "Sec-Fetch-Site": "cross-site"}, 405, "GET"),
            ("no JSON", b"{", good, 400, ""), ("a number", 7, good, 400, "object"), ("without kind", {"id": "x", "happened_at": "2024-01-01"}, good, 400, "kind"),
            ("with a date that is none", signup(9, happened_at="yesterday"), good, 400, ""), ("without id", nameless, good, 400, "Idempotency-Key"),
            ("one bad of two", [signup(9), {}], good, 400, "kind"), ("too many", [signup(9)] * 1001, good, 400, "1000")]:
        got, said = post(server, "/api/v1/activities", body, **headers)
        check("refused: " + what, (got, word in json.dumps(said["error"])), (status, True))


def webhooks(server, work):
    body = json.dumps({"event": {"id": "e1", "type": "attendance", "at": "2024-06-01T18:00:00Z", "guest": "dev2"}}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    target = "/api/v1/webhooks/events"
    check("a signed delivery is taken", post(server, target, body, X_Hub_Signature_256=signature, X_Event="rsvp"), (202, {"accepted": 1}))
    check("one that shows the secret is taken", post(server, target, body.replace(b"e1", b"e2").replace(b"dev2", b"dev3"), X_Gitlab_Token=SECRET)[0], 202)
    check("refused: a changed body", post(server, target, body + b" ", X_Hub_Signature_256=signature)[0], 403)
    check("refused: no signature", post(server, target, body)[0], 403)
    check("refused: an unknown webhook", post(server, "/api/v1/webhooks/nope", body, X_Hub_Signature_256=signature)[0], 404)
    check("refused: a name that leads out", post(server, "/api/v1/webhooks/..%2f..%2fx", body, X_Hub_Signature_256=signature)[0], 404)
    inbox = os.path.join(work.home, ".rapport", "inbox", "webhooks")
    check("nothing else was written", os.listdir(inbox), ["events"])
    kept = [json.loads(line) for name in os.listdir(inbox + "/events") for line in open(os.path.join(inbox, "events", name))]
    check("the body is kept as it was sent", kept[0]["body"].encode(), body)
    check("no secret is kept", SECRET in json.dumps(kept), False)


def synced(work):
    home = work.home
    work.rapport("--home", home, "add", home + "/.rapport/inbox/activities", "--name", "intake")
    work.rapport("--home", home, "add", home + "/.rapport/inbox/webhooks/events", "--name", "events", "--as", "table", "--set", "id=json.event.id", "--set", "kind=json.event.type",
                 "--set", "time=json.event.at", "--set", "account=json.event.guest")
    work.rapport("--home", home, "sync")
    rows = work.rapport("--home", home, "sql", "SELECT a.kind, strftime(happened_at, '%m-%d') AS day, x.login, x.email FROM activity a JOIN account x USING (account_id) WHERE a.kind IN "
                        "('signup', 'product_event', 'attendance') ORDER BY 1, 2, 3", "--format", "csv").splitlines()[1:]
    check("after a sync all of it is there, once", rows, ["attendance,06-01,dev2,", "attendance,06-01,dev3,", "product_event,05-09,dev1,dev1@example.org", "signup,05-01,dev1,dev1@example.org",
                                                    "signup,05-02,dev2,dev2@example.org", "signup,05-03,dev3,dev3@example.org", "signup,05-04,dev4,dev4@example.org"])


def main():
    work = Workspace()
    config = os.path.join(work.home, "rapport.toml")
    text = open(config).read().replace("[intake]\n", "[intake]\nkey = \"$INTAKE_TEST_KEY\"\nwebhooks = { events = \"$INTAKE_TEST_SECRET\" }\n")
    open(config, "w").write(text)
    server = Server(work.home)
    try:
        activities(server, work)
        webhooks(server, work)
    finally:
        server.stop()
    try:
        synced(work)
    finally:
        work.remove()
    print("%d passed, %d failed" % (score["passed"], score["failed"]))
    return 1 if score["failed"] else 0


sys.exit(main())
