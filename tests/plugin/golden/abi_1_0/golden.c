// A plugin as it was written against ABI 1.0, with the header of that day frozen beside it. It must load and work with
// every 1.x that comes: never change this file or plugin_1_0.h.
#include <poll.h>
#include <string.h>

#include "plugin_1_0.h"

static const char kManifest[] =
    "{\"name\":\"golden\",\"version\":\"1.0.0\",\"collects\":true,\"watches\":true,\"acts\":true,"
    "\"metrics\":[{\"name\":\"golden_answer\",\"type\":\"gauge\"}],\"events\":[{\"type\":\"golden.born\"}],"
    "\"actions\":[{\"name\":\"polish\",\"effect\":\"change\",\"class\":\"probed\",\"plan\":true,\"probe\":true,"
    "\"settles_ms\":1000,\"arguments\":[{\"name\":\"what\",\"type\":\"string\",\"required\":true}]}]}";

static reeve_text text(const char* s) {
  reeve_text t = {s, strlen(s)};
  return t;
}

static void describe(void* to, void (*take)(void*, reeve_text)) {
  take(to, text(kManifest));
}

static const reeve_engine* engines[3];  // one instance is enough for this test

static void* collector(const reeve_engine* e, reeve_text config, char* error, size_t room) {
  (void)config, (void)error, (void)room;
  engines[0] = e;
  return &engines[0];
}
static int collect(void* lane, reeve_call call, int64_t deadline_ms) {
  (void)deadline_ms;
  const reeve_engine* e = *(const reeve_engine**)lane;
  reeve_label label = {text("colour"), text("gold")};
  reeve_sample sample = {sizeof sample, text("golden_answer"), &label, 1, 42, 0};
  return e->sample(e, call, &sample);
}
static void* watcher(const reeve_engine* e, reeve_text config, reeve_text cursor, char* error, size_t room) {
  (void)config, (void)cursor, (void)error, (void)room;
  engines[1] = e;
  return &engines[1];
}
static int watch(void* lane, reeve_call call) {
  const reeve_engine* e = *(const reeve_engine**)lane;
  reeve_event event = {sizeof event,     text("golden.born"),    0,        0, text("{\"weight\":7}"),
                       1700000000000000, text("golden/local/1"), text("1")};
  e->event(e, call, &event);
  struct pollfd wait = {e->cancel_fd(e), POLLIN, 0};
  poll(&wait, 1, -1);
  return e->cancelled(e, call) ? REEVE_OK : REEVE_INTERNAL;
}
static void* actor(const reeve_engine* e, reeve_text config, char* error, size_t room) {
  (void)config, (void)error, (void)room;
  engines[2] = e;
  return &engines[2];
}
static int answer(void* lane, reeve_call call, const char* json) {
  const reeve_engine* e = *(const reeve_engine**)lane;
  e->answer(e, call, text(json));
  return REEVE_OK;
}
static int plan(void* lane, reeve_call call, const reeve_action* a) {
  (void)a;
  return answer(lane, call, "{\"targets\":[\"golden/local/1\"],\"baseline\":\"b7\",\"preview\":\"polishes it\"}");
}
static int invoke(void* lane, reeve_call call, const reeve_action* a) {
  if (a->baseline.size != 2 || memcmp(a->baseline.at, "b7", 2) != 0) return REEVE_CONFLICT;
  return answer(lane, call, "{\"polished\":true}");
}
static int probe(void* lane, reeve_call call, const reeve_action* a) {
  (void)a;
  return answer(lane, call, "{\"state\":\"done\"}");
}
static void close_lane(void* lane) {
  (void)lane;
}

REEVE_EXPORT const reeve_plugin reeve_plugin_v1 = {REEVE_MAGIC, sizeof(reeve_plugin),
                                                   1,           0,
                                                   0,           describe,
                                                   0,           collector,
                                                   collect,     watcher,
                                                   watch,       actor,
                                                   plan,        invoke,
                                                   probe,       close_lane};
