#!/usr/bin/env python3
"""Asks a real Prometheus and `reeve promql --stdio` the same questions about the same data and compares the answers.

Prometheus (Debian's 2.42) is started on a free port of loopback over a scratch TSDB made by promtool, and ended by its
process id. Where 2.42 and today's language differ, the questions avoid the difference: samples never lie on the left
edge of a window, and names are removed at once. Numbers may differ by 1e-9 of their size (today's sums are compensated).

Usage: promql_differential.py [--reeve "COMMAND"] [-v]      exit 0: equal (or skipped, with the reason), 1: differences
"""
import argparse
import itertools
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

BASE = 1_700_000_100          # samples lie at BASE + 7 + 15 i
STEP = 15
COUNT = 241                   # one hour
HERE = os.path.dirname(os.path.abspath(__file__))


def value_text(v):
    return "NaN" if math.isnan(v) else "+Inf" if v == math.inf else "-Inf" if v == -math.inf else repr(float(v))


def series():
    """(name, type, labels, values): None is a gap."""
    out = []
    for job, instance, code in itertools.product(("api", "web"), ("a:1", "b:2"), ("200", "500")):
        k = 1 + len(out)
        counter = [((i * k * 3) % (900 + 37 * k)) + k for i in range(COUNT)]          # falls back now and then
        out.append(("http_requests_total", "counter", dict(job=job, instance=instance, code=code), counter))
    for n, instance in enumerate(("a:1", "b:2", "c:3")):
        wave = [20 + 10 * math.sin(i / 9 + n) + n for i in range(COUNT)]
        out.append(("temperature", "gauge", dict(instance=instance, room="r%d" % n), wave))
        gaps = [v if (i // 20) % (n + 2) else None for i, v in enumerate(wave)]
        out.append(("patchy", "gauge", dict(instance=instance), gaps))
    odd = [math.nan if i % 11 == 3 else math.inf if i % 11 == 5 else float(i) for i in range(COUNT)]
    out.append(("odd", "gauge", dict(kind="nan_inf"), odd))
    out.append(("constant", "gauge", dict(kind="five"), [5.0] * COUNT))
    out.append(("constant", "gauge", dict(kind="seven"), [7.0] * COUNT))
    for instance, scale in (("a:1", 1), ("b:2", 3)):
        for le, share in (("0.1", 1), ("0.5", 4), ("1", 7), ("5", 9), ("+Inf", 10)):
            out.append(("latency_bucket", "counter", dict(instance=instance, le=le),
                        [float(i * share * scale) for i in range(COUNT)]))
    for instance, version in (("a:1", "1.2"), ("b:2", "1.3"), ("c:3", "1.3")):
        out.append(("build_version", "gauge", dict(instance=instance, version=version), [1.0] * COUNT))
    return out


def write_openmetrics(path, all_series):
    with open(path, "w") as f:
        kinds = {}
        for name, kind, labels, values in all_series:
            kinds.setdefault(name, []).append((labels, values))
        for name, members in kinds.items():
            f.write("# TYPE %s unknown\n" % name)
            for labels, values in members:
                text = ",".join('%s="%s"' % item for item in sorted(labels.items()))
                for i, v in enumerate(values):
                    if v is not None:
                        f.write("%s{%s} %s %d\n" % (name, text, value_text(v), BASE + 7 + STEP * i))
        f.write("# EOF\n")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prometheus:
    def __init__(self, folder, all_series):
        om = os.path.join(folder, "data.om")
        write_openmetrics(om, all_series)
        data = os.path.join(folder, "tsdb")
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", om, data], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w") as f:
            f.write("global: {scrape_interval: 1h}\n")
        self.url = "http://127.0.0.1:%d" % free_port()
        self.process = subprocess.Popen(
            ["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + data,
             "--storage.tsdb.retention.time=100y", "--web.listen-address=" + self.url[7:],
             "--enable-feature=promql-at-modifier,promql-negative-offset"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                urllib.request.urlopen(self.url + "/-/ready", timeout=1)
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise RuntimeError("prometheus did not become ready")

    def ask(self, path, **params):
        url = "%s/api/v1/%s?%s" % (self.url, path, urllib.parse.urlencode(params))
        try:
            reply = urllib.request.urlopen(url, timeout=30).read()
        except urllib.error.HTTPError as error:
            reply = error.read()
        return json.loads(reply)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


class Reeve:
    def __init__(self, command, all_series):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask(op="options", delayed_name_removal=False, experimental=False)
        for name, _, labels, values in all_series:
            samples = [[(BASE + 7 + STEP * i) * 1000, value_text(v)] for i, v in enumerate(values) if v is not None]
            reply = self.ask(op="append", labels=dict(labels, __name__=name), samples=samples)
            assert reply["status"] == "success", reply

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)


def expressions():
    selectors = ['http_requests_total', 'temperature', 'patchy', 'odd', 'constant', '{instance="a:1"}',
                 'http_requests_total{code=~"5.."}', 'http_requests_total{job!="web",code!~"2.*"}',
                 'temperature offset 3m', 'temperature offset -2m', 'temperature @ %d' % (BASE + 1000),
                 'patchy @ start()', 'temperature @ end() offset 1m', 'nothing', '{__name__=~"temp.+|const.*"}']
    ranged = ['rate', 'increase', 'delta', 'irate', 'idelta', 'deriv', 'changes', 'resets', 'avg_over_time',
              'min_over_time', 'max_over_time', 'sum_over_time', 'count_over_time', 'stddev_over_time',
              'stdvar_over_time', 'last_over_time', 'present_over_time', 'absent_over_time']
    simple = ['abs', 'ceil', 'floor', 'exp', 'ln', 'log2', 'log10', 'sqrt', 'sgn', 'round', 'sort', 'sort_desc', 'absent',
              'timestamp', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
              'deg', 'rad', 'minute', 'hour', 'day_of_week', 'day_of_month', 'day_of_year', 'days_in_month', 'month',
              'year', 'scalar']
    aggregations = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar']
    yield from selectors
    for name in ranged:
        for of in ('http_requests_total[5m]', 'temperature[2m]', 'patchy[10m]', 'odd[3m]', 'temperature[5m] offset 1m',
                   'constant[1m30s]', '(temperature * 2)[4m:40s]', 'rate(http_requests_total[2m])[10m:50s]'):
            yield '%s(%s)' % (name, of)
    for name in simple:
        for of in ('temperature', 'odd', 'constant'):
            yield '%s(%s)' % (name, of)
    for name in aggregations:
        for group in ('', ' by (job)', ' by (job, code)', ' without (instance)', ' by ()', ' without ()', ' by (none)'):
            yield '%s%s (http_requests_total)' % (name, group)
        yield '%s(patchy)' % name
        yield '%s(odd)' % name
    for q in ('0', '0.3', '0.5', '1', '-1', '2', 'NaN'):
        yield 'quantile(%s, http_requests_total)' % q
        yield 'quantile by (job) (%s, temperature or http_requests_total)' % q
        yield 'quantile_over_time(%s, temperature[5m])' % q
        yield 'histogram_quantile(%s, rate(latency_bucket[5m]))' % q
    for k in ('1', '2', '100', '0', '-3'):
        yield 'topk(%s, http_requests_total)' % k
        yield 'bottomk by (job) (%s, http_requests_total)' % k
    operators = ['+', '-', '*', '/', '%', '^', 'atan2', '==', '!=', '<', '<=', '>', '>=', '== bool', '> bool']
    for op in operators:
        yield 'temperature %s 22' % op
        yield '22 %s temperature' % op
        yield 'temperature %s on(instance) patchy' % op
        yield 'http_requests_total{code="500"} %s ignoring(code) http_requests_total{code="200"}' % op
        yield 'http_requests_total %s on(instance) group_left(version) build_version' % op
        yield 'build_version %s on(instance) group_right(version) http_requests_total' % op
        yield 'temperature %s ignoring(room, version) group_left build_version' % op
        yield 'odd %s odd' % op
    for op in ('and', 'or', 'unless'):
        yield 'http_requests_total %s http_requests_total{code="200"}' % op
        yield 'temperature %s on(instance) patchy' % op
        yield 'temperature %s ignoring(room) patchy' % op
        yield 'temperature %s on() constant' % op
        yield '(temperature > 25) %s (temperature < 15)' % op
    yield from SPECIAL
    yield from WRONG


SPECIAL = [
    'label_replace(http_requests_total, "host", "$1", "instance", "(.*):.*")',
    'label_replace(http_requests_total, "code", "", "code", ".*")',
    'label_replace(temperature, "room", "x-$1-$2", "room", "(r)(.)")',
    'label_replace(temperature, "room", "x", "gone", "")',
    'label_join(http_requests_total, "all", "/", "job", "instance", "gone", "code")',
    'count_values("value", constant)', 'count_values by (kind) ("kind", constant)',
    'count_values without (instance) ("n", build_version)',
    'clamp(temperature, 18, 25)', 'clamp_min(odd, 100)', 'clamp_max(odd, 100)', 'clamp(temperature, 9, 1)',
    'round(temperature, 0.25)', 'round(temperature, 5)', 'vector(3)', 'vector(time())', 'time()', 'pi()', 'minute()',
    'scalar(constant{kind="five"}) * temperature', 'predict_linear(temperature[10m], 3600)',
    'predict_linear(patchy[10m], -60)', 'holt_winters_is_gone', '-temperature', '+temperature', '-(-temperature)',
    '-2 ^ 2', '2 ^ 3 ^ 2', '1 - 2 - 3', '7 % 4 * 2', '1 + 2 * 3 ^ 2 / 4 % 5', '2 ^ -1', '-1 atan2 -1', '0x1F + 010',
    'absent(nothing{a="b", c=~"d", e!="f", g="h"})', 'absent(temperature{instance="a:1"})', 'absent(sum(nothing))',
    'absent_over_time(nothing{a="b"}[5m])', 'sum(rate(http_requests_total[5m])) by (job) > 0.1',
    'sum by (le) (rate(latency_bucket[5m]))', 'histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5m])))',
    'histogram_quantile(0.9, latency_bucket{le!="+Inf"})', 'histogram_quantile(0.5, temperature)',
    'max_over_time((sum(rate(http_requests_total[3m])))[20m:70s])',
    'avg_over_time(temperature[5m] @ %d)' % (BASE + 2000), 'sum_over_time(time()[5m:70s])',
    'min_over_time(max_over_time(temperature[2m])[10m:50s])', 'temperature[1m]', 'patchy[10m]',
    'temperature[2m:50s]', '"a string"', "'a \\'string\\''", '`raw \\n`', 'sum(temperature) / count(temperature)',
    'temperature == on(instance) group_left() (temperature * 1)', 'timestamp(timestamp(temperature))',
    'http_requests_total and on() vector(1)', 'http_requests_total unless on() vector(1)',
    'sum(http_requests_total) without (code) or sum(http_requests_total) by (code)',
    'topk(2, sum by (instance) (http_requests_total))', 'sort(sum by (instance, code) (http_requests_total))',
    'bottomk(2, temperature) * 2', 'stddev by (instance) (http_requests_total)', 'vector(1) + on() vector(2)',
]

# Inputs that must be refused, with the same words.
WRONG = [
    '', ' ', '(', ')', '((1)', '1)', 'sum(', 'sum)', 'a b', 'sum(a b)', 'sum by (x) a', 'sum by a', 'sum by (1) (a)',
    'sum by (a b) (c)', 'sum by (a,,b) (c)', 'sum(a,)', 'f(a)', 'rate(a)', 'rate(a[5m], 1)', 'rate()', 'abs(1)', 'abs("a")',
    'scalar(1)', 'vector(a)', 'topk(a)', 'topk(1,2,3)', 'topk(a, b)', 'count_values(5, a)', 'sum()', 'sum(1)',
    'sum(a[5m])', 'quantile("a", b)', 'label_join(a, "b")', 'label_replace(a, b, "c", "d", "e")', 'clamp(a, 1)',
    'round(a, 1, 2)', 'hour(a, b)', '-"a"', '-a[5m]', '*a', '1 == 1', 'a + bool b', 'a == on(x) 1', '1 and 1', 'a and 1',
    '1 or a', 'a and on(x) group_left(y) b', 'a + on(x) group_left(x) b', 'a + group_left(x) b', 'a - on(x) ignoring(y) b',
    'a[5m] + 1', '1 + a[5m]', '(a + b)[5m]', 'a offset 5m [5m]', 'a @ 5 [5m]', 'a offset 5m offset 6m', 'a @ 5 @ 6',
    '1 offset 5m', '1 @ 5', 'a @', 'a @ b', 'a @ start', 'a @ start(', 'a @ Inf', 'a @ NaN', '1[5m:]', '"a"[5m:]', 'a{', 'a}',
    'a{b}', 'a{b=}', 'a{b=c}', 'a{b="c" d}', 'a{,}', 'a{b="c",,}', 'a{b*"c"}', 'a{b!}', 'a{1}', '{}', '{a=""}', '{a=~".*"}',
    'a{__name__="b"}', 'a{b=~"*"}', 'a{b=~"[a"}', 'a{b=~"a**"}', 'a{b="\\q"}', '"a', "'a", '`a', '"\\xzz"', '"\\u12"', '"\\400"',
    'a $', 'a # comment', 'a & b', 'a | b', 'a =~ b', 'a !~ b', 'a ! b', 'a = b', 'bool', 'on', 'group_left', 'a by (b)',
    'a unless', 'unless b +', 'a:b(c)', 'a,b', 'sum(a) by', 'sum(a) by (', 'a\n  + b c', 'a[', 'a[5m]]', 'a]',
    'foo{bar="baz"}[5m] offset', 'rate(a[5m]) offset 5m', 'sum without', 'sum without (a', 'a == bool', 'a == bool on(b)',
    'holt_winters(a)', 'min(a, b)', 'stddev_over_time(a)', 'absent(1)', 'time(1)', 'pi(2)', 'day_of_week(1)',
]

# Where 2.42 knows less, or says it otherwise than today's Prometheus.
KNOWN = {
    'a[': 'today durations may be computed, so the lexer is in another state',
    'foo{bar="baz"}[5m] offset': 'today more is expected after offset',
    'a @ start(': 'the unclosed parenthesis',
    '': 'today an error without any text has no position',
    'a{b=~"[a"}': '2.42 shows the expression with its own anchors',
    'holt_winters(a)': 'it has another name today',
    'stddev(odd)': 'today an infinity or NaN makes it NaN', 'stdvar(odd)': 'the same',
}


def number(text):
    return float(text.replace("Inf", "inf")) if isinstance(text, str) else float(text)


def same_number(a, b):
    x, y = number(a), number(b)
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    return x == y or abs(x - y) <= 1e-9 * (abs(x) + abs(y))


def same_points(a, b):
    return len(a) == len(b) and all(abs(p[0] - q[0]) < 1e-6 and same_number(p[1], q[1]) for p, q in zip(a, b))


def same_result(kind, a, b, ordered):
    if kind in ("scalar", "string"):
        return a[1] == b[1] if kind == "string" else same_number(a[1], b[1])
    if len(a) != len(b):
        return False
    key = "value" if kind == "vector" else "values"
    if not ordered:
        a, b = (sorted(x, key=lambda s: json.dumps(s["metric"], sort_keys=True)) for x in (a, b))
    return all(p["metric"] == q["metric"] and
               (same_points([p[key]], [q[key]]) if kind == "vector" else same_points(p[key], q[key])) for p, q in zip(a, b))


def without_names(reply):
    """2.42 forgets that atan2 is arithmetic, and keeps the metric name."""
    for one in reply.get("data", {}).get("result", []):
        if isinstance(one, dict):
            one["metric"].pop("__name__", None)


def compare(expr, theirs, ours, ordered=False):
    """What differs, or an empty text."""
    if "atan2" in expr:
        without_names(theirs)
    if theirs["status"] != ours["status"]:
        return "theirs %s, ours %s" % (theirs, ours)
    if theirs["status"] == "error":
        text = theirs["error"].replace('invalid parameter "query": ', '')
        return "" if text == ours["error"] else "theirs: %s\n    ours:   %s" % (text, ours["error"])
    t, o = theirs["data"], ours["data"]
    if t["resultType"] != o["resultType"] or not same_result(t["resultType"], t["result"], o["result"], ordered):
        return "theirs %s\n    ours   %s" % (json.dumps(t)[:600], json.dumps(o)[:600])
    return ""


def is_ordered(expr):
    return expr.startswith(("sort", "topk(", "bottomk(")) and "*" not in expr


def run(prometheus, reeve, verbose):
    asked, different = 0, []
    at = BASE + 2405                        # no multiple of any step, no sample's time
    for expr in expressions():
        if expr in KNOWN:
            continue
        asked += 1
        problem = compare(expr, prometheus.ask("query", query=expr, time=at), reeve.ask(op="instant", expr=expr, time=at),
                          is_ordered(expr))
        theirs = prometheus.ask("query_range", query=expr, start=BASE + 905, end=BASE + 3305, step=160)
        if not problem and not (theirs["status"] == "error" and "invalid parameter" in theirs["error"]):
            asked += 1
            ours = reeve.ask(op="range", expr=expr, start=BASE + 905, end=BASE + 3305, step=160)
            problem = compare(expr, theirs, ours)
            problem = problem and "as a range: " + problem
        if problem:
            different.append((expr, problem))
        elif verbose:
            print("same:", expr)
    for expr, problem in different:
        print("DIFFERENT: %r\n    %s" % (expr, problem))
    print("%d questions, %d differences" % (asked, len(different)))
    return 1 if different else 0


def find_reeve():
    folders = [os.environ.get("REEVE_BUILD_DIR", "")] + [os.path.join(HERE, "../../build", b) for b in ("release", "dev")]
    for folder in folders:
        path = os.path.join(folder, "bin/reeve")
        if folder and os.access(path, os.X_OK):
            return [path, "promql", "--stdio"]
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reeve", help="the command that speaks the drive protocol")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    command = args.reeve.split() if args.reeve else find_reeve()
    if not command:
        print("skipped: no reeve binary built")
        return 77
    for tool in ("prometheus", "promtool"):
        if not shutil.which(tool):
            print("skipped: %s is not installed" % tool)
            return 77
    all_series = series()
    with tempfile.TemporaryDirectory(prefix="reeve-promql-") as folder:
        prometheus = Prometheus(folder, all_series)
        try:
            reeve = Reeve(command, all_series)
            try:
                return run(prometheus, reeve, args.v)
            finally:
                reeve.stop()
        finally:
            prometheus.stop()


if __name__ == "__main__":
    sys.exit(main())
