#!/usr/bin/env python3
"""Is a reeve ledger what its format says? An independent verifier, written from engine/ledger/FORMAT.md alone.

Usage: verify_ledger.py [--anchors FILE] [--json] FOLDER_OR_FILE
       verify_ledger.py --batch            (paths on standard input, a JSON answer a line)
       verify_ledger.py --self-test

Needs the standard library only. Never writes. Exit code: 0 ok, 1 not, 2 usage, 4 no ledger or anchors there.
"""
import functools
import hashlib
import json
import os
import re
import sqlite3
import struct
import sys
from urllib.parse import quote

APPLICATION_ID = 0x52454556
FORMAT = 1
MOST_FAULTS = 100
MOST_DEPTH = 64

TABLES = [
    ("entries", "CREATE TABLE entries(seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL, "
                "actor TEXT NOT NULL, subject TEXT NOT NULL, run TEXT, correlation BLOB, facts TEXT NOT NULL, "
                "body_hash BLOB NOT NULL, prev_hash BLOB NOT NULL, hash BLOB NOT NULL) STRICT"),
    ("bodies", "CREATE TABLE bodies(seq INTEGER PRIMARY KEY, salt BLOB, body BLOB) STRICT"),
    ("blobs", "CREATE TABLE blobs(hash BLOB PRIMARY KEY NOT NULL, bytes BLOB NOT NULL) STRICT"),
]
OTHERS = [
    ("entries_correlation", "CREATE INDEX entries_correlation ON entries(correlation) WHERE correlation IS NOT NULL"),
    ("entries_chain", "CREATE TRIGGER entries_chain BEFORE INSERT ON entries WHEN NEW.prev_hash IS NOT (SELECT hash "
                      "FROM entries WHERE seq = NEW.seq - 1) BEGIN SELECT RAISE(FAIL, "
                      "'ledger: an entry must follow the last one'); END"),
    ("entries_update", "CREATE TRIGGER entries_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(FAIL, "
                       "'ledger: entries are never changed'); END"),
    ("entries_delete", "CREATE TRIGGER entries_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(FAIL, "
                       "'ledger: entries are never deleted'); END"),
    ("bodies_update", "CREATE TRIGGER bodies_update BEFORE UPDATE ON bodies WHEN NEW.seq IS NOT OLD.seq OR NEW.salt "
                      "IS NOT NULL OR NEW.body IS NOT NULL OR NOT EXISTS (SELECT 1 FROM entries WHERE seq = (SELECT "
                      "max(seq) FROM entries) AND kind = 'ledger.redacted' AND subject = 'entry/' || OLD.seq) BEGIN "
                      "SELECT RAISE(FAIL, 'ledger: a body is only taken away by a ledger.redacted entry'); END"),
    ("bodies_delete", "CREATE TRIGGER bodies_delete BEFORE DELETE ON bodies BEGIN SELECT RAISE(FAIL, "
                      "'ledger: bodies are never deleted'); END"),
    ("blobs_update", "CREATE TRIGGER blobs_update BEFORE UPDATE ON blobs BEGIN SELECT RAISE(FAIL, "
                     "'ledger: blobs are never changed'); END"),
    ("blobs_delete", "CREATE TRIGGER blobs_delete BEFORE DELETE ON blobs BEGIN SELECT RAISE(FAIL, "
                     "'ledger: blobs are never deleted'); END"),
]
SEALED = ("entries_subject", "CREATE INDEX entries_subject ON entries(subject)")
COLUMNS = ["seq", "at_us", "kind", "actor", "subject", "run", "correlation", "facts", "body_hash", "prev_hash", "hash"]
ZERO = bytes(32)

# --- Ed25519, RFC 8032, section 5.1 and its appendix -----------------------------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _add(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    c = 2 * a[3] * b[3] * D % P
    d = 2 * a[2] * b[2] % P
    e, f, g, h = y - x, d - c, d + c, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(n, point):
    out = (0, 1, 1, 0)
    while n > 0:
        if n & 1:
            out = _add(out, point)
        point = _add(point, point)
        n >>= 1
    return out


def _x_of(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P:
        return None
    return P - x if (x & 1) != sign else x


def _compress(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (_x_of(BASE_Y, 0), BASE_Y, 1, _x_of(BASE_Y, 0) * BASE_Y % P)


@functools.lru_cache(maxsize=4096)
def is_signed(key, message, signature):
    """True when `signature` (64 bytes) over `message` is that of the public key (32 bytes)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    point = _decompress(key)
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus = (P - point[0], point[1], 1, P - point[3])
    return _compress(_add(_times(s, BASE), _times(k, minus))) == signature[:32]


# --- The format --------------------------------------------------------------------------------------------------------
def entry_hash(row):
    """SHA-256 of an entry whose columns are right."""
    out = [b"reeve-ledger-1", row["prev_hash"], struct.pack(">Qq", row["seq"], row["at_us"])]
    for name in ("kind", "actor", "subject", "run", "correlation", "facts"):
        value = row[name] or b""
        out.append(struct.pack(">I", len(value)) + value)
    out.append(row["body_hash"])
    return hashlib.sha256(b"".join(out)).digest()


def wrong_column(row, types):
    """The first column that is not what the format says, or None."""
    for name in COLUMNS:
        kind, value = types[name], row[name]
        if name in ("seq", "at_us"):
            right = kind == "integer"
        elif name == "run":
            right = kind == "null" or (kind == "text" and len(value) > 0)
        elif name == "correlation":
            right = kind == "null" or (kind == "blob" and len(value) == 16)
        elif name in ("body_hash", "prev_hash", "hash"):
            right = kind == "blob" and len(value) == 32
        else:
            right = kind == "text"
        if not right:
            return name
    return None


def unhex(text, size=None):
    """The bytes of hexadecimal text, or None."""
    if not isinstance(text, str) or not re.fullmatch(r"(?:[0-9a-fA-F]{2})*", text):
        return None
    data = bytes.fromhex(text)
    return data if size is None or len(data) == size else None


def is_plain(value, depth=1):
    """Whether JSON keeps to the format's bounds: texts that are Unicode, lists and maps nested 64 deep at most."""
    if isinstance(value, str):
        return not any(0xd800 <= ord(c) < 0xe000 for c in value)
    if depth > MOST_DEPTH and isinstance(value, (list, dict)):
        return False
    if isinstance(value, list):
        return all(is_plain(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(item, depth + 1) for key, item in value.items())
    return True


def read_json(data):
    """What JSON says, or None when it is no object."""
    def refuse(word):
        raise ValueError(word)
    try:
        text = data.decode("utf-8", "surrogatepass") if isinstance(data, bytes) else data
        value = json.loads(text, parse_constant=refuse)
        if not is_plain(value):
            return None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool) and -2**63 <= value < 2**63


def read_checkpoint(facts):
    """(ledger, seq, hash, at_us, key, signature), or None when it cannot be read."""
    parts = [unhex(facts.get(name), size) for name, size in
             (("ledger", 16), ("hash", 32), ("key", 32), ("signature", 64))]
    seq, at_us = facts.get("seq"), facts.get("at_us")
    if None in parts or not is_number(seq) or seq < 1 or not is_number(at_us):
        return None
    return parts[0], seq, parts[1], at_us, parts[2], parts[3]


def is_genuine(checkpoint):
    ledger, seq, digest, at_us, key, signature = checkpoint
    return is_signed(key, b"reeve-checkpoint-1" + ledger + struct.pack(">Q", seq) + digest + struct.pack(">q", at_us),
                     signature)


class BareStretch:
    """Entries in a row of which none is a checkpoint that counts."""

    MOST, NEAR_US, MOST_GAP_US, MOST_AWAKE_US = 2000, 60_000_000, 60_000_000, 300_000_000

    def __init__(self):
        self.said = False
        self.begin()

    def begin(self):
        self.first = self.last = self.before_us = None
        self.count = self.awake_us = self.most_us = 0

    def add(self, seq, kind=None, at_us=None):
        self.first = seq if self.count == 0 else self.first
        self.last = seq
        self.count += 1
        if at_us is None:  # an entry that cannot be read
            return
        if kind in (b"engine.start", b"clock.stepped"):
            self.awake_us = 0
        elif self.before_us is not None:
            self.awake_us += min(max(at_us - self.before_us, 0), self.MOST_GAP_US)
        self.before_us = at_us
        self.most_us = max(self.most_us, self.awake_us)

    def end(self, chain):
        bare = f"entries {self.first} to {self.last}: no checkpoint among them, "
        if self.count > self.MOST:
            chain.fault(bare + "one is due every 1000 entries")
        elif self.most_us > self.MOST_AWAKE_US and not self.said:
            chain.notices.append(f"{bare}though they were written over {self.most_us // 1_000_000} s and one is due "
                                 "every 60 s")
            self.said = True
        self.begin()


class Chain:
    """What is known so far, from file to file."""

    def __init__(self):
        self.faults, self.notices = [], []
        self.entries = self.checkpoints = self.first_seq = 0
        self.head = None  # (seq, at_us, hash)
        self.ledger = None
        self.keys = set()
        self.last_key = None
        self.files = []
        self.bare = BareStretch()

    def fault(self, text):
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(text)

    def full(self):
        return len(self.faults) >= MOST_FAULTS

    def hash_of(self, seq):
        for file in self.files:
            row = file.execute("SELECT hash FROM entries WHERE seq = ?", (seq,)).fetchone()
            if row and isinstance(row[0], bytes) and len(row[0]) == 32:
                return row[0]
        return None

    def head_seq(self):
        return self.head[0] if self.head else 0

    def answer(self):
        return {"ok": not self.faults, "entries": self.entries, "checkpoints": self.checkpoints,
                "head": self.head and {"seq": self.head[0], "at_us": self.head[1], "hash": self.head[2].hex()},
                "faults": self.faults, "notices": self.notices}


class File:
    """One walk over one file."""

    def __init__(self, connection, name, chain):
        self.db, self.name, self.chain = connection, name, chain
        self.null_bodies, self.redacted, self.named_blobs = set(), {}, {}

    def schema(self):
        """False when the entries cannot be looked at."""
        chain, name = self.chain, self.name
        if self.db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            chain.fault(f"{name}: not a reeve ledger file")
            return False
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            chain.fault(f"{name}: format {version} is not known")
            return False
        found = {}
        for what, kind, sql in self.db.execute("SELECT name, type, sql FROM sqlite_master"):
            found[what] = (kind, sql or b"")
        readable = True
        for what, sql in TABLES + OTHERS:
            there = found.pop(what.encode(), None)
            if there is not None and there[1] == sql.encode():
                continue
            chain.fault(f"{name}: {what} is " + ("missing" if there is None else "not as the format has it"))
            if (what, sql) in TABLES:
                readable = False
        for what in sorted(found):
            kind, sql = found[what]
            if kind == b"table" and not sql.startswith(b"CREATE VIRTUAL"):
                continue
            if kind == b"index" and not sql and what.startswith(b"sqlite_autoindex_"):
                continue
            if kind == b"index" and (what, sql) == (SEALED[0].encode(), SEALED[1].encode()):
                continue
            chain.fault(f"{name}: {what.decode('utf-8', 'replace')} is foreign to the format")
        return readable

    def entries(self):
        chain = self.chain
        columns = ", ".join(COLUMNS + [f"typeof({name})" for name in COLUMNS])
        bodies = self.db.execute("SELECT seq, salt, body, typeof(salt), typeof(body) FROM bodies ORDER BY seq")
        body = bodies.fetchone()
        last, last_hash, begun = None, None, False
        for values in self.db.execute(f"SELECT {columns} FROM entries ORDER BY seq"):
            if chain.full():
                break
            row = dict(zip(COLUMNS, values))
            types = {name: kind.decode() for name, kind in zip(COLUMNS, values[len(COLUMNS):])}
            seq, first = row["seq"], not begun
            begun = True
            if not first and seq != last + 1:
                chain.fault(f"entries {last + 1} to {seq - 1} are missing")
            chain.entries += 1
            column = wrong_column(row, types)
            if column:
                chain.bare.add(seq)
                chain.fault(f"entry {seq}: column {column} is not as the format has it")
                if first:
                    chain.fault(f"{self.name}: does not begin with ledger.created or ledger.rotated")
                while body and body[0] <= seq:
                    body = bodies.fetchone()
                last, last_hash = seq, None
                continue
            if first:
                self.first(row)
            elif seq == last + 1 and last_hash is not None and row["prev_hash"] != last_hash:
                chain.fault(f"entry {seq}: prev_hash is not the hash of entry {last}")
            if entry_hash(row) != row["hash"]:
                chain.fault(f"entry {seq}: hash does not match its bytes")
            while body and body[0] < seq:
                chain.fault(f"body {body[0]} belongs to no entry")
                body = bodies.fetchone()
            if body and body[0] == seq:
                self.body(row, body)
                body = bodies.fetchone()
            elif row["body_hash"] != ZERO:
                chain.fault(f"entry {seq}: its body is missing")
            if not self.facts(row):
                chain.bare.add(seq, row["kind"], row["at_us"])
            chain.head = (seq, row["at_us"], row["hash"])
            last, last_hash = seq, row["hash"]
        if not begun:
            chain.fault(f"{self.name}: does not begin with ledger.created or ledger.rotated")
        while body and not chain.full():
            chain.fault(f"body {body[0]} belongs to no entry")
            body = bodies.fetchone()

    def first(self, row):
        chain, name, seq = self.chain, self.name, row["seq"]
        if (row["kind"], seq == 1) not in ((b"ledger.created", True), (b"ledger.rotated", False)) or seq < 1:
            chain.fault(f"{name}: does not begin with ledger.created or ledger.rotated")
        if chain.first_seq == 0:
            chain.first_seq = seq
            if seq == 1 and row["prev_hash"] != ZERO:
                chain.fault("entry 1: prev_hash is not zero")
            if seq > 1:
                chain.notices.append(f"entries 1 to {seq - 1} are not here")
        elif seq != chain.head_seq() + 1:
            chain.fault(f"{name}: begins at entry {seq}, the file before ends at entry {chain.head_seq()}")
        elif row["prev_hash"] != chain.head[2]:
            chain.fault(f"entry {seq}: prev_hash is not the hash of entry {chain.head_seq()}")
        facts = read_json(row["facts"]) or {}
        ledger, key = unhex(facts.get("ledger"), 16), unhex(facts.get("key"), 32)
        if ledger is None or key is None:
            chain.fault(f"{name}: the first entry does not name its ledger")
            return
        if chain.ledger is not None and chain.ledger != ledger:
            chain.fault(f"{name}: is of another ledger")
        chain.ledger = chain.ledger or ledger
        chain.keys.add(key)
        chain.last_key = chain.last_key or key

    def body(self, row, body):
        seq, (_, salt, data, salt_type, data_type) = row["seq"], body
        if row["body_hash"] == ZERO:
            self.chain.fault(f"entry {seq}: has a body that it does not name")
        elif salt_type == data_type == b"null":
            self.null_bodies.add(seq)
        elif (salt_type != b"blob" or data_type != b"blob" or len(salt) != 16
              or hashlib.sha256(salt + data).digest() != row["body_hash"]):
            self.chain.fault(f"entry {seq}: body does not match body_hash")

    def facts(self, row):
        """True for a checkpoint that counts."""
        seq, kind = row["seq"], row["kind"]
        checkpoint, redaction = kind == b"ledger.checkpoint", kind == b"ledger.redacted"
        if not (checkpoint or redaction or b'"blobs":' in row["facts"]):
            return False
        facts = read_json(row["facts"])
        if facts is None or (redaction and not is_number(facts.get("seq"))):
            self.chain.fault(f"entry {seq}: facts are not readable")
            return False
        counts = checkpoint and self.checkpoint(row, facts)
        if redaction:
            self.redacted.setdefault(facts["seq"], seq)
        blobs = facts.get("blobs")
        for blob in blobs if isinstance(blobs, list) else []:
            digest = unhex(blob)
            if digest:
                self.named_blobs.setdefault(digest, seq)
        return counts

    def checkpoint(self, row, facts):
        chain, seq, said = self.chain, row["seq"], read_checkpoint(facts)
        if said is None:
            chain.fault(f"entry {seq}: facts are not readable")
            return False
        ledger, of, digest, at_us, key, _ = said
        counts = abs(at_us - row["at_us"]) <= BareStretch.NEAR_US
        if counts:
            chain.bare.end(chain)
        chain.checkpoints += 1
        if chain.ledger is not None and ledger != chain.ledger:
            chain.fault(f"entry {seq}: checkpoint of another ledger")
        if of >= seq:
            chain.fault(f"entry {seq}: checkpoint of entry {of}, which is not before it")
        elif of >= chain.first_seq and chain.hash_of(of) != digest:
            chain.fault(f"entry {seq}: checkpoint has not the hash of entry {of}")
        if not is_genuine(said):
            chain.fault(f"entry {seq}: checkpoint signature is wrong")
        if chain.last_key is not None and chain.last_key != key:
            chain.notices.append(f"entry {seq}: signed with another key than before")
        chain.last_key = key
        chain.keys.add(key)
        return counts

    def blobs(self):
        found = set()
        for digest, data, digest_type, data_type in self.db.execute(
                "SELECT hash, bytes, typeof(hash), typeof(bytes) FROM blobs ORDER BY hash"):
            digest = digest if isinstance(digest, bytes) else str(digest or "").encode()
            if digest_type != b"blob" or data_type != b"blob" or hashlib.sha256(data).digest() != digest:
                self.chain.fault(f"blob {digest.hex()}: bytes do not match")
            if digest not in self.named_blobs:
                self.chain.fault(f"blob {digest.hex()}: no entry names it")
            found.add(digest)
        for digest in sorted(self.named_blobs):
            if digest not in found:
                self.chain.fault(f"entry {self.named_blobs[digest]}: blob {digest.hex()} is missing")

    def redactions(self):
        for seq in sorted(self.null_bodies):
            if seq not in self.redacted:
                self.chain.fault(f"entry {seq}: body is null, but no ledger.redacted entry says so")
        for seq in sorted(self.redacted):
            if seq not in self.null_bodies:
                self.chain.fault(f"entry {seq}: redacted by entry {self.redacted[seq]}, but its body is there")


    def integrity(self):
        said = self.db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if said != b"ok":
            self.chain.fault(f"{self.name}: damaged: {said.decode('utf-8', 'surrogateescape')}")


# --- Files -------------------------------------------------------------------------------------------------------------
def ledger_files(where):
    """The files in order; empty when there is no ledger."""
    if not os.path.isdir(where):
        return [where] if os.path.exists(where) else []
    found = []
    for name in os.listdir(where):
        match = re.fullmatch(r"ledger-(\d+)\.db", name)
        if match and int(match[1]) > 0:
            found.append((int(match[1]), os.path.join(where, name)))
    return [path for _, path in sorted(found)]


def connect(path, alone):
    uri = "file:" + quote(os.path.abspath(path)) + "?mode=ro" + ("&immutable=1" if alone else "")
    db = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        db.text_factory = bytes
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
            db.execute("PRAGMA " + pragma)
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        db.close()
        raise
    return db


def open_file(path, name, chain):
    wal = path + "-wal"
    if os.path.exists(wal):
        try:
            return connect(path, False)
        except sqlite3.OperationalError:
            if os.path.getsize(wal) > 0:
                chain.notices.append(f"{name}: the -wal file beside it could not be read, so its newest entries were "
                                     "not checked")
    return connect(path, True)


def verify_anchors(path, chain):
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if not line:
                continue
            name = f"anchor line {number}"
            facts = read_json(line)
            said = read_checkpoint(facts) if facts is not None else None
            if said is None:
                chain.notices.append(f"{name}: not readable")
                continue
            ledger, seq, digest, _, key, _ = said
            if ledger != chain.ledger:
                chain.notices.append(f"{name}: of another ledger")
            elif not is_genuine(said):
                chain.fault(f"{name}: signature is wrong")
            elif key not in chain.keys:
                chain.fault(f"{name}: signed with a key that the ledger does not know")
            elif seq > chain.head_seq():
                chain.fault(f"{name}: names entry {seq}, but the ledger ends at entry {chain.head_seq()}: "
                            "its tail was cut")
            elif seq < chain.first_seq:
                chain.notices.append(f"{name}: entry {seq} is not here")
            elif chain.hash_of(seq) != digest:
                chain.fault(f"{name}: has not the hash of entry {seq}")


def verify(where, anchors=None):
    """The answer for a folder or a file, or None when there is no ledger."""
    files = ledger_files(where)
    if not files:
        return None
    chain = Chain()
    for path in files:
        name = os.path.basename(path)
        try:
            db = open_file(path, name, chain)
            chain.files.append(db)
            file = File(db, name, chain)
            if file.schema():
                file.entries()
                if not chain.full():
                    file.blobs()
                file.redactions()
                file.integrity()
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter: SQLite quotes what it cannot read
            chain.fault(f"{name}: cannot be read: {error}")
    try:
        chain.bare.end(chain)
        if anchors:
            verify_anchors(anchors, chain)
        else:
            chain.notices.append("no anchor was given: a tail that was cut off cannot be seen")
    finally:
        for db in chain.files:
            db.close()
    return chain.answer()


def self_test():
    """RFC 8032, section 7.1, tests 1 to 3, and each with one bit changed."""
    vectors = [
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
         "655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
         "b00d291612bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
         "c027beceea1ec40a"),
    ]
    for key, message, signature in vectors:
        key, message, signature = (bytes.fromhex(text) for text in (key, message, signature))
        assert is_signed(key, message, signature)
        assert not is_signed(key, message + b"x", signature)
        for at in (0, 31, 32, 63):
            wrong = bytearray(signature)
            wrong[at] ^= 1
            assert not is_signed(key, message, bytes(wrong))
    print("ok")
    return 0


def main(arguments):
    anchors, as_json, where = None, False, []
    while arguments:
        word = arguments.pop(0)
        if word == "--self-test":
            return self_test()
        if word == "--batch":
            for line in sys.stdin:
                path, _, anchor_file = line.rstrip("\n").partition("\t")
                print(json.dumps(verify(path, anchor_file or None)), flush=True)
            return 0
        if word == "--anchors" and arguments:
            anchors = arguments.pop(0)
        elif word == "--json":
            as_json = True
        elif word.startswith("-"):
            print(__doc__, file=sys.stderr)
            return 2
        else:
            where.append(word)
    if len(where) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if anchors and not os.access(anchors, os.R_OK):
        print(f"{anchors}: cannot read the anchors", file=sys.stderr)
        return 4
    answer = verify(where[0], anchors)
    if answer is None:
        print(f"{where[0]}: there is no ledger (no ledger-*.db)", file=sys.stderr)
        return 4
    if as_json:
        print(json.dumps(answer))
        return 0 if answer["ok"] else 1
    for kind in ("faults", "notices"):
        for text in answer[kind]:
            print(f"{kind[:-1]}: {text}".encode("utf-8", "backslashreplace").decode())
    print(f"{'ok' if answer['ok'] else 'NOT OK'}: {answer['entries']} entries, {answer['checkpoints']} signed checkpoints")
    if answer["head"]:
        print(f"head: seq {answer['head']['seq']}, {answer['head']['at_us']} us, {answer['head']['hash']}")
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
