// A plugin that does what its configuration says, good or bad: {"collect": "...", "watch": "...", "act": "..."}.
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reeve/plugin.h"

static const char kManifest[] =
    "{\"name\":\"hostile\",\"version\":\"1\",\"collects\":true,\"watches\":true,\"acts\":true,\"actor_lanes\":2,"
    "\"config\":[{\"name\":\"collect\",\"type\":\"string\"},{\"name\":\"watch\",\"type\":\"string\"},"
    "{\"name\":\"act\",\"type\":\"string\"},{\"name\":\"token\",\"type\":\"string\",\"secret\":true}],"
    "\"events\":[{\"type\":\"hostile.tick\"}],"
    "\"actions\":[{\"name\":\"do\",\"effect\":\"change\",\"class\":\"once\",\"plan\":true,\"probe\":true,"
    "\"arguments\":[{\"name\":\"how\",\"type\":\"string\",\"required\":true},{\"name\":\"n\",\"type\":\"int\"}]}]}";

typedef struct Lane {
  const reeve_engine* engine;
  char mode[32];
  char cursor[64];
} Lane;

static reeve_text text(const char* s) {
  reeve_text t = {s, strlen(s)};
  return t;
}
static void describe(void* to, void (*take)(void*, reeve_text)) {
  take(to, text(kManifest));
}

// The value of a text key of the configuration; good enough for a test's own JSON.
static void value_of(reeve_text json, const char* key, char* to, size_t room) {
  char quoted[64];
  snprintf(quoted, sizeof quoted, "\"%s\":\"", key);
  char* copy = strndup(json.at, json.size);
  const char* at = strstr(copy, quoted);
  to[0] = 0;
  if (at) {
    at += strlen(quoted);
    const char* end = strchr(at, '"');
    snprintf(to, room, "%.*s", (int)(end - at), at);
  }
  free(copy);
}
static int check(reeve_text config, char* error, size_t room) {
  char mode[32];
  value_of(config, "collect", mode, sizeof mode);
  if (strcmp(mode, "refused") != 0) return REEVE_OK;
  snprintf(error, room, "field \"collect\" must not be refused");
  return REEVE_INVALID;
}
static Lane* open_lane(const reeve_engine* e, reeve_text config, const char* key) {
  Lane* lane = calloc(1, sizeof *lane);
  lane->engine = e;
  value_of(config, key, lane->mode, sizeof lane->mode);
  return lane;
}
static int is(const Lane* lane, const char* mode) {
  return strcmp(lane->mode, mode) == 0;
}

static int give(Lane* lane, reeve_call call, const char* name, double value) {
  reeve_sample sample = {sizeof sample, text(name), 0, 0, value, 0};
  return lane->engine->sample(lane->engine, call, &sample);
}
static int fail(Lane* lane, reeve_call call, int fault, const char* why) {
  lane->engine->fail(lane->engine, call, fault, text(why), 1500);
  return fault;
}
static void wait_for_cancel(Lane* lane, int ms) {
  struct pollfd wait = {lane->engine->cancel_fd(lane->engine), POLLIN, 0};
  poll(&wait, 1, ms);
}

static void* collector(const reeve_engine* e, reeve_text config, char* error, size_t room) {
  (void)error, (void)room;
  return open_lane(e, config, "collect");
}
static int flood_samples(Lane* lane, reeve_call call, int count) {
  for (int i = 0; i < count; ++i)
    if (give(lane, call, "hostile_flood", i) != REEVE_OK) return REEVE_OK;  // claims success all the same
  return REEVE_OK;
}
static int collect(void* at, reeve_call call, int64_t deadline_ms) {
  Lane* lane = at;
  (void)deadline_ms;
  if (is(lane, "crash")) abort();
  if (is(lane, "leave")) _exit(0);
  if (is(lane, "hang"))
    for (;;) pause();
  if (is(lane, "late")) return wait_for_cancel(lane, 60000), fail(lane, call, REEVE_TIMEOUT, "was told to leave");
  if (is(lane, "throttled")) return fail(lane, call, REEVE_THROTTLED, "slow down");
  if (is(lane, "silent fault")) return REEVE_DENIED;
  if (is(lane, "nonsense")) return 4711;
  if (is(lane, "flood")) return flood_samples(lane, call, 300000);
  if (is(lane, "many")) return flood_samples(lane, call, 200000);
  if (is(lane, "bad name")) return give(lane, call, "bad name", 1), REEVE_OK;
  if (is(lane, "print")) {
    printf("this is no frame\n");
    fflush(stdout);
  }
  if (is(lane, "leak")) memset(malloc(1 << 20), 1, 1 << 20);
  if (is(lane, "gluttony"))
    for (;;) {
      char* more = malloc(64 << 20);
      if (!more) abort();
      memset(more, 1, 64 << 20);
    }
  if (is(lane, "secret")) {
    char token[32] = {0};
    size_t size = lane->engine->secret(lane->engine, text("token"), token, sizeof token);
    return give(lane, call, strcmp(token, "s3cret") == 0 ? "hostile_secret_ok" : "hostile_secret_bad", (double)size);
  }
  if (is(lane, "log flood"))
    for (int i = 0; i < 100000; ++i) lane->engine->log(lane->engine, REEVE_LOG_DEBUG, text("noise"));
  return give(lane, call, "hostile_ok", 1);
}

static void* watcher(const reeve_engine* e, reeve_text config, reeve_text cursor, char* error, size_t room) {
  Lane* lane = open_lane(e, config, "watch");
  if (is(lane, "closed")) return snprintf(error, room, "the source is closed"), free(lane), NULL;
  snprintf(lane->cursor, sizeof lane->cursor, "%.*s", (int)cursor.size, cursor.at);
  return lane;
}
static int tick(Lane* lane, reeve_call call, long n) {
  char cursor[32], fields[64];
  snprintf(cursor, sizeof cursor, "%ld", n);
  snprintf(fields, sizeof fields, "{\"n\":%ld}", n);
  reeve_label label = {text("kind"), text("tick")};
  reeve_event event = {sizeof event, text("hostile.tick"), &label, 1, text(fields), 0, text("hostile/local/1"),
                       text(cursor)};
  return lane->engine->event(lane->engine, call, &event);
}
static int watch(void* at, reeve_call call) {
  Lane* lane = at;
  long n = atol(lane->cursor);
  if (is(lane, "ticks")) {
    for (int i = 0; i < 3; ++i) tick(lane, call, ++n);
    wait_for_cancel(lane, -1);
  } else if (is(lane, "flood")) {
    while (tick(lane, call, ++n) == REEVE_OK) {
    }
  } else if (is(lane, "breaks")) {
    tick(lane, call, ++n);
    return fail(lane, call, REEVE_TRANSIENT, "the connection broke");
  } else if (is(lane, "unknown")) {
    reeve_event event = {sizeof event, text("hostile.unheard"), 0, 0, text(""), 0, text(""), text("")};
    lane->engine->event(lane->engine, call, &event);
    event.type = text("hostile.tick");
    event.fields = text("{broken");
    lane->engine->event(lane->engine, call, &event);
    tick(lane, call, ++n);
    wait_for_cancel(lane, -1);
  } else if (is(lane, "deaf")) {
    for (;;) pause();
  } else {
    wait_for_cancel(lane, -1);
  }
  return REEVE_OK;
}

static void* actor(const reeve_engine* e, reeve_text config, char* error, size_t room) {
  (void)error, (void)room;
  return open_lane(e, config, "act");
}
static int answer(Lane* lane, reeve_call call, const char* json) {
  lane->engine->answer(lane->engine, call, text(json));
  return REEVE_OK;
}
static int plan(void* at, reeve_call call, const reeve_action* a) {
  Lane* lane = at;
  char how[32];
  value_of(a->args, "how", how, sizeof how);
  if (strcmp(how, "no target") == 0) return answer(lane, call, "{\"targets\":[]}");
  if (strcmp(how, "no json") == 0) return answer(lane, call, "{targets");
  if (strcmp(how, "missing") == 0) return fail(lane, call, REEVE_NOT_FOUND, "no such thing");
  return answer(lane, call, "{\"targets\":[\"hostile/local/1\"],\"baseline\":\"b1\",\"settles_ms\":250}");
}
static int invoke(void* at, reeve_call call, const reeve_action* a) {
  Lane* lane = at;
  char how[32], reply[256];
  value_of(a->args, "how", how, sizeof how);
  if (strcmp(how, "crash") == 0) kill(getpid(), SIGKILL);
  if (strcmp(how, "hang") == 0)
    for (;;) pause();
  if (strcmp(how, "wait") == 0) wait_for_cancel(lane, 300);
  if (strcmp(how, "unknown") == 0) return fail(lane, call, REEVE_UNKNOWN_OUTCOME, "the connection broke in the middle");
  snprintf(reply, sizeof reply, "{\"key\":\"%.*s\",\"baseline\":\"%.*s\"}", (int)a->key.size, a->key.at,
           (int)a->baseline.size, a->baseline.at);
  return answer(lane, call, reply);
}
static int probe(void* at, reeve_call call, const reeve_action* a) {
  char how[32];
  value_of(a->args, "how", how, sizeof how);
  if (strcmp(how, "nonsense") == 0) return answer(at, call, "{\"state\":\"perhaps\"}");
  return answer(at, call, "{\"state\":\"not_started\"}");
}
static void close_lane(void* lane) {
  free(lane);
}

REEVE_EXPORT const reeve_plugin reeve_plugin_v1 = {REEVE_MAGIC,
                                                   sizeof(reeve_plugin),
                                                   REEVE_ABI_MAJOR,
                                                   REEVE_ABI_MINOR,
                                                   0,
                                                   describe,
                                                   check,
                                                   collector,
                                                   collect,
                                                   watcher,
                                                   watch,
                                                   actor,
                                                   plan,
                                                   invoke,
                                                   probe,
                                                   close_lane};
