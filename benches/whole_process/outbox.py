"""A queue as many programs have one: a table of events, and a loop that posts them. Beside waypost in the group `queue`.

outbox.py enqueue DATABASE FILE GROUP    each line is an event; commits in groups
outbox.py relay DATABASE URL CA          posts each event, and deletes it
"""

import sqlite3
import sys


def connect(path):
    db = sqlite3.connect(path, timeout=10, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    return db


def enqueue(db, file, group):
    with open(file, encoding="utf-8") as lines:
        while rows := [(line.rstrip("\n"),) for _, line in zip(range(group), lines)]:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO outbox (body) VALUES (?)", rows)
            db.execute("COMMIT")


def relay(db, url, ca):
    import requests

    session = requests.Session()
    session.verify = ca
    while rows := db.execute("SELECT id, body FROM outbox ORDER BY id LIMIT 100").fetchall():
        for id, body in rows:
            headers = {"content-type": "application/json", "webhook-id": f"msg_{id}"}
            session.post(url, data=body.encode(), headers=headers, timeout=30).raise_for_status()
            db.execute("DELETE FROM outbox WHERE id = ?", (id,))


if __name__ == "__main__":
    command, path, *rest = sys.argv[1:]
    if command == "enqueue":
        enqueue(connect(path), rest[0], int(rest[1]))
    else:
        relay(connect(path), *rest)
