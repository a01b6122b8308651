/// \file
/// What do the engine and a plugin process say to each other? The frames: MessagePack arrays `[kind, ...]`.
///
/// Private: both ends are the same build. Texts marked json hold JSON, which only the engine reads. Lanes and calls are
/// numbered by the engine, rising. A fault is a number as in reeve/plugin.h, or one of the two below.
#pragma once

#include <cstdint>

namespace reeve::plugin::wire {

/// Changes with every change of this page; another one at the other end is refused.
inline constexpr const char* kBuild = "reeve plugin frames 1";

/// Faults that only the process itself answers.
inline constexpr int kRefused = 100;      ///< a fencing token that is too old
inline constexpr int kUnavailable = 101;  ///< no such lane, or it is closed

enum class Kind : int64_t {
  // Engine to process.
  kCheck = 1,  ///< [.., call, config json]
  kOpen,       ///< [.., call, lane, what (Lane), config json, [secret name, value, ...], cursor]
  kCollect,    ///< [.., call, lane, deadline_ms]
  kWatch,      ///< [.., call, lane]
  kPlan,       ///< [.., call, lane, action, args json, key, baseline, deadline_ms]
  kInvoke,     ///< as kPlan, then run, epoch
  kProbe,      ///< as kPlan
  kClose,      ///< [.., call, lane]
  kCancel,     ///< [.., call, lane]
  kCredit,     ///< [.., lane, count, durable cursor]: so many events more may come
  // Process to engine.
  kHello = 101,  ///< [.., build, fault text (empty: loaded), manifest json]: once, first
  kReply,        ///< [.., call, fault (0: ok), text, retry_after_ms, answer json]
  kSamples,      ///< [.., call, [name, [label, value, ...], value, at_ms, ...]]: just before the reply of a collect
  kEvent,        ///< [.., lane, type, [label, value, ...], fields json, at_us, target, cursor]
  kLog,          ///< [.., lane, level, text]
};

enum class Lane : int64_t { kCollector = 1, kWatcher, kActor };

}  // namespace reeve::plugin::wire
