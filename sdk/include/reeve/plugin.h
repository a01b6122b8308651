/// \file
/// What must a shared object export to be a reeve plugin? The C ABI, version 1: needs a C compiler and libc, no more.
///
/// A plugin exports one symbol, the constant `reeve_plugin_v1`. `reeve-child plugin X.so` loads it into a process of
/// its own, so it may block, leak or crash without hurting the engine. C++ authors include reeve/plugin.hpp instead.
///
/// Versions: structs only ever grow at their end, and each begins with (or tells) its own size, so a plugin built from
/// ABI 1.0 works for ever with every 1.x. A plugin built for a newer minor or another major is refused with both
/// versions.
///
/// Threads: an instance has up to three lanes (collector, watcher, actor), each an object of its own with its own
/// thread, which sees one call at a time: a plugin is plain blocking code without locks, as long as it keeps no global
/// state (one process serves many instances). Engine functions are called on the lane's thread during a call; `log`,
/// `cancelled` and `cancel_fd` from any thread of the plugin while the lane is open.
///
/// Texts are UTF-8 with a length, not ended by a zero. What a function receives lives until it returns; what it hands
/// in is copied before the engine function returns. Nobody frees the other's memory. No C++ exception may leave a
/// function.
#ifndef REEVE_PLUGIN_H
#define REEVE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REEVE_MAGIC 0x56454552u /* "REEV" */
#define REEVE_ABI_MAJOR 1
#define REEVE_ABI_MINOR 0

typedef struct reeve_text {
  const char* at;
  size_t size;
} reeve_text;

/* What every lane function returns, and `fail` takes. The words are the ones in the ledger and in the exec protocol. */
enum {
  REEVE_OK = 0,
  REEVE_TRANSIENT = 1,       /* may work if tried again */
  REEVE_THROTTLED = 2,       /* as transient, after retry_after_ms */
  REEVE_DENIED = 3,          /* credentials or rights */
  REEVE_NOT_FOUND = 4,       /* the thing named does not exist */
  REEVE_INVALID = 5,         /* the input is wrong: repeating cannot help */
  REEVE_CONFLICT = 6,        /* the present state forbids it */
  REEVE_TIMEOUT = 7,         /* the deadline passed */
  REEVE_UNKNOWN_OUTCOME = 8, /* it may or may not have happened: a connection lost in the middle of an act */
  REEVE_INTERNAL = 9         /* the plugin's own fault */
};

enum { REEVE_LOG_DEBUG = 0, REEVE_LOG_INFO = 1, REEVE_LOG_WARN = 2, REEVE_LOG_ERROR = 3 };

/* Names one call of one lane; 0 outside calls. What comes with an id that is over is dropped. */
typedef uint64_t reeve_call;

typedef struct reeve_label {
  reeve_text name, value;
} reeve_label;

/* Limits: 200,000 samples a batch, 64 labels, 4 KiB a label value; beyond them the whole batch fails. */
typedef struct reeve_sample {
  uint32_t size; /* sizeof(reeve_sample) */
  reeve_text name;
  const reeve_label* labels;
  size_t label_count;
  double value;
  int64_t at_ms; /* Unix time of the source; 0: when the collect began. Honoured up to 10 min back */
} reeve_sample;

typedef struct reeve_event {
  uint32_t size;   /* sizeof(reeve_event) */
  reeve_text type; /* as the manifest says: "docker.die" */
  const reeve_label* labels;
  size_t label_count;
  reeve_text fields; /* a JSON object, or empty */
  int64_t at_us;     /* Unix time of the source in microseconds; 0: now */
  reeve_text target; /* canonical key as `plan` would name it, or empty */
  reeve_text
      cursor; /* where the source stands after this event, at most 1 KiB; may be empty (see plugin.hpp, Events) */
} reeve_event;

typedef struct reeve_action {
  uint32_t size; /* sizeof(reeve_action) */
  reeve_text action;
  reeve_text args;     /* a JSON object */
  reeve_text key;      /* idempotency key, the same when an act is repeated; empty for plan */
  reeve_text baseline; /* what plan answered; empty for plan */
  int64_t deadline_ms; /* from now. 5 s past it the process is killed */
} reeve_action;

/* What the engine offers to one lane; lives from before the lane is opened until it is closed. */
typedef struct reeve_engine reeve_engine;
struct reeve_engine {
  uint32_t size;
  uint16_t abi_major, abi_minor;
  void* context;
  /* Adds to the batch of the running collect. REEVE_OK, or REEVE_INVALID when a limit is passed (the batch then fails).
   */
  int (*sample)(const reeve_engine*, reeve_call, const reeve_sample*);
  /* Hands an event over; waits until the engine has credit. REEVE_OK, REEVE_INVALID (with a log line), or
     REEVE_TIMEOUT: the call was cancelled meanwhile and the event was not taken. */
  int (*event)(const reeve_engine*, reeve_call, const reeve_event*);
  /* Copies the last cursor that is durable in the ledger (at most `room` bytes) and returns its full size; 0: none yet.
     What needs an acknowledgement (a Kafka commit) may be acknowledged up to it. */
  size_t (*durable)(const reeve_engine*, char* cursor, size_t room);
  void (*log)(const reeve_engine*, int level, reeve_text line);
  /* Copies the value of a configuration key that the manifest calls secret; returns its full size; 0: not set. */
  size_t (*secret)(const reeve_engine*, reeve_text name, char* value, size_t room);
  /* 1: leave the call soon (it was cancelled, its deadline passed, or the engine stops). */
  int (*cancelled)(const reeve_engine*, reeve_call);
  /* A descriptor that is readable as long as cancelled() is 1: put it beside your own in poll(). Never read or close
   * it. */
  int (*cancel_fd)(const reeve_engine*);
  /* The answer of plan, invoke or probe, a JSON object, once, before returning REEVE_OK:
       plan   {"targets": ["docker/local/3f2a..."], "group": "", "members": [], "healthy": [], "baseline": "",
               "preview": "would restart api", "settles_ms": 3000}      (targets must not be empty)
       invoke {anything}
       probe  {"state": "done" | "not_started" | "running" | "unknown"} */
  void (*answer)(const reeve_engine*, reeve_call, reeve_text json);
  /* Says why, one line of text, before returning the same fault. retry_after_ms counts for REEVE_THROTTLED. */
  void (*fail)(const reeve_engine*, reeve_call, int fault, reeve_text text, int64_t retry_after_ms);
};

/* `config` is a JSON object: the instance's own keys of reeve.yaml and its "name"; for lanes without the secret ones.
 */
typedef struct reeve_plugin {
  uint32_t magic; /* REEVE_MAGIC */
  uint32_t size;  /* sizeof(reeve_plugin) */
  uint16_t abi_major, abi_minor;
  uint32_t reserved; /* 0 */

  /* Calls `take` once with the manifest, a JSON object (sdk/PROTOCOL.md, "manifest"). */
  void (*describe)(void* to, void (*take)(void* to, reeve_text manifest));
  /* Pure: looks at the configuration only, touches no network and no file. Else a fault and a line of text ended by a
     zero in `error`. May be null: everything is accepted. */
  int (*check)(reeve_text config, char* error, size_t room);

  /* Each opens a lane and returns it, or null and a line of text in `error` (it is tried again, later and later). A
     lane that the plugin lacks is a null function. Opening should not connect: what fails for a while should fail in
     the call. */
  void* (*collector)(const reeve_engine*, reeve_text config, char* error, size_t room);
  int (*collect)(void* lane, reeve_call, int64_t deadline_ms);

  /* `cursor` is the last one the engine knows for this source, empty at first. watch() runs until cancelled; when it
     returns (say, a lost connection) the lane is closed and opened anew with the then last cursor. */
  void* (*watcher)(const reeve_engine*, reeve_text config, reeve_text cursor, char* error, size_t room);
  int (*watch)(void* lane, reeve_call);

  void* (*actor)(const reeve_engine*, reeve_text config, char* error, size_t room);
  int (*plan)(void* lane, reeve_call, const reeve_action*); /* read-only */
  int (*invoke)(void* lane, reeve_call, const reeve_action*);
  int (*probe)(void* lane, reeve_call, const reeve_action*); /* read-only */

  void (*close)(void* lane); /* of any of the three kinds */

  /* The manifest of one instance, where it depends on its configuration (the commands of the exec plugin are actions):
     called after check() accepted it, takes the place of describe()'s. Pure like check(). May be null. */
  void (*describe_for)(reeve_text config, void* to, void (*take)(void* to, reeve_text manifest));
} reeve_plugin;

#if defined(__GNUC__)
#define REEVE_EXPORT __attribute__((visibility("default")))
#else
#define REEVE_EXPORT
#endif

/* The one symbol. In C: `REEVE_EXPORT const reeve_plugin reeve_plugin_v1 = { REEVE_MAGIC, sizeof(reeve_plugin), ... };`
 */
extern REEVE_EXPORT const reeve_plugin reeve_plugin_v1;

#ifdef __cplusplus
}
#endif
#endif
