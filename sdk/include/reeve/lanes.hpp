/// \file
/// Which classes does a plugin author derive from? Collector, Watcher, Actor, and what they are handed.
///
/// Each lane of each instance is an object of its own on a thread of its own and sees one call at a time: write plain
/// blocking code. Say what fails with `throw reeve::Error(Fault::kTransient, "...")`; any other exception counts as
/// kInternal. Nothing thrown leaves the plugin.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reeve/json.hpp"
#include "reeve/plugin.h"

namespace reeve {

using Milliseconds = std::chrono::milliseconds;

/// The words of these in the ledger and in Lua: transient, throttled, denied, not_found, invalid, conflict, timeout,
/// unknown_outcome, internal. plugin.h says what each means.
enum class Fault {
  kTransient = REEVE_TRANSIENT,
  kThrottled = REEVE_THROTTLED,
  kDenied = REEVE_DENIED,
  kNotFound = REEVE_NOT_FOUND,
  kInvalid = REEVE_INVALID,
  kConflict = REEVE_CONFLICT,
  kTimeout = REEVE_TIMEOUT,
  kUnknownOutcome = REEVE_UNKNOWN_OUTCOME,
  kInternal = REEVE_INTERNAL,
};

/// One line: what was tried, on what, what happened, what to do.
class Error : public std::runtime_error {
 public:
  Error(Fault fault, const std::string& text, Milliseconds retry_after = Milliseconds(0))
      : std::runtime_error(text), fault_(fault), retry_after_(retry_after) {}
  Fault fault() const { return fault_; }
  Milliseconds retry_after() const { return retry_after_; }

 private:
  Fault fault_;
  Milliseconds retry_after_;
};

inline reeve_text as_text(std::string_view s) {
  return {s.data(), s.size()};
}
inline std::string_view view(reeve_text t) {
  return {t.at ? t.at : "", t.size};
}

/// "1h30m", "500ms", "0", a number of seconds: as the engine reads durations. False when it is none.
bool parse_duration(std::string_view text, Milliseconds& out);

/// Read access by type to a JSON map: the arguments of an action, or a configuration.
class Args {
 public:
  explicit Args(Json json) : json_(std::move(json)) {}
  bool has(std::string_view key) const { return json_.has(key) && !json_[key].is_null(); }
  std::string text(std::string_view key, std::string_view other = {}) const { return json_[key].text(other); }
  int64_t integer(std::string_view key, int64_t other = 0) const { return json_[key].integer(other); }
  double number(std::string_view key, double other = 0) const { return json_[key].number(other); }
  bool boolean(std::string_view key, bool other = false) const { return json_[key].boolean(other); }
  Milliseconds duration(std::string_view key, Milliseconds other = Milliseconds(0)) const {
    Milliseconds out = other;
    if (json_[key].is_number()) return Milliseconds(static_cast<int64_t>(json_[key].number() * 1000));
    return parse_duration(json_[key].text_ref(), out) ? out : other;
  }
  /// The texts of a list.
  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> out;
    for (const Json& item : json_[key].items()) out.push_back(item.text());
    return out;
  }
  const Json& json() const { return json_; }
  const Json& operator[](std::string_view key) const { return json_[key]; }

 protected:
  Json json_;
};

/// The configuration of an instance, with the defaults of the table filled in.
class Config : public Args {
 public:
  Config(Json json, const reeve_engine* engine) : Args(std::move(json)), engine_(engine) {}
  /// The instance's name: "local".
  std::string name() const { return text("name"); }
  /// The value of a key that the table calls secret; empty when it is not set.
  std::string secret(const std::string& key) const {
    if (!engine_) return text(key);
    std::string out(256, '\0');
    size_t size = engine_->secret(engine_, as_text(key), out.data(), out.size());
    if (size > out.size()) {
      out.resize(size);
      size = engine_->secret(engine_, as_text(key), out.data(), out.size());
    }
    out.resize(size);
    return out;
  }

 private:
  const reeve_engine* engine_;
};

enum class Log { kDebug = REEVE_LOG_DEBUG, kInfo = REEVE_LOG_INFO, kWarn = REEVE_LOG_WARN, kError = REEVE_LOG_ERROR };

/// What every call of a lane can ask of the engine.
class Call {
 public:
  Call(const reeve_engine* engine, reeve_call id, Milliseconds deadline)
      : engine_(engine), id_(id), until_(std::chrono::steady_clock::now() + deadline) {}
  /// True: leave soon; what waits on descriptors puts cancel_fd() into its poll().
  bool cancelled() const { return engine_->cancelled(engine_, id_) != 0; }
  int cancel_fd() const { return engine_->cancel_fd(engine_); }
  void log(Log level, std::string_view line) const { engine_->log(engine_, static_cast<int>(level), as_text(line)); }
  /// What is left until the deadline, never negative. A watch has none (24 days are told).
  Milliseconds left() const {
    const auto rest = std::chrono::duration_cast<Milliseconds>(until_ - std::chrono::steady_clock::now());
    return rest.count() > 0 ? rest : Milliseconds(0);
  }

 protected:
  const reeve_engine* engine_;
  reeve_call id_;
  std::chrono::steady_clock::time_point until_;
};

using Label = std::pair<std::string_view, std::string_view>;

/// The batch of one collect: visible as a whole when collect() returns, nothing of it when it throws.
class Samples : public Call {
 public:
  using Call::Call;
  /// `at_ms`: Unix time of the source; 0: when the collect began. Throws when a limit is passed.
  void add(std::string_view name, double value, std::initializer_list<Label> labels = {}, int64_t at_ms = 0) {
    put(name, value, labels.begin(), labels.size(), at_ms);
  }
  void add(std::string_view name, double value, const std::vector<std::pair<std::string, std::string>>& labels,
           int64_t at_ms = 0) {
    put(name, value, labels.data(), labels.size(), at_ms);
  }

 private:
  template <class Pair>
  void put(std::string_view name, double value, const Pair* labels, size_t count, int64_t at_ms) {
    buffer_.clear();
    for (size_t i = 0; i < count; ++i) buffer_.push_back({as_text(labels[i].first), as_text(labels[i].second)});
    const reeve_sample sample{sizeof sample, as_text(name), buffer_.data(), count, value, at_ms};
    if (engine_->sample(engine_, id_, &sample) != REEVE_OK)
      throw Error(Fault::kInvalid, "the engine refused the sample " + std::string(name) + ": a limit is passed");
  }
  std::vector<reeve_label> buffer_;
};

class Collector {
 public:
  virtual ~Collector() = default;
  virtual void collect(Samples& out) = 0;
};

struct Event {
  std::string type;  ///< as in the manifest
  std::vector<std::pair<std::string, std::string>> labels;
  Json fields = Json::map();
  int64_t at_us = 0;   ///< Unix time of the source; 0: now
  std::string target;  ///< canonical key, as plan() would name it
  std::string cursor;  ///< see Events
};

/// Where a watcher puts its events.
///
/// **Cursors.** A cursor says where the source stands after an event; the engine stores it in the same commit as the
/// event, hands the last one to the Watcher when it opens it, and never interprets it but for one thing: a cursor may
/// begin with its *order*, one or more decimal numbers joined by dots, up to the first other sign:
/// `1732455551250000000`, `8123.2`, `1732455551.25|abc`. Orders are compared number by number. An event whose order is
/// not after the stored one is dropped and counted: a source that replays a little too much is harmless. A cursor
/// without an order (beginning with another sign, as `{"0":17}`) is stored as it is and drops nothing. An event without
/// a cursor moves nothing.
///
/// **Stating the present.** Sources forget: what happened while nobody listened may be gone. A watcher of such a
/// source, each time watch() begins:
///   1. reads the present (list and inspect) into memory;
///   2. asks the source's clock: T, *after* the present was read;
///   3. tells all events after its cursor up to T, as far as the source still has them
///   (`/events?since=CURSOR&until=T`);
///   4. tells the present: one event of a type that the manifest marks `state({...})` for each target, at_us = T, no
///   cursor;
///   5. streams on from T. When the stream breaks it throws: the engine opens the lane anew, and all begins again at 1.
/// By the order of 2 and 3 every effect that the state shows was told before the state, if it could be told at all. The
/// engine compares the state with what it knows of that target (from the ledger, over restarts) and gives back what is
/// missing, marked `recovered`, as the `Recovers` of the manifest say. Example: {event "docker.die", at "finished_at",
/// fields {"exit_code"}}: if the state's finished_at is later than the last docker.die known of this target (or, when
/// none is, than the moment up to which the source was covered), a docker.die at finished_at with that exit_code is put
/// in. So an event's at_us must not be earlier than the moment that the state will show for it. A target never seen, of
/// a source never seen, is only taken note of.
class Events : public Call {
 public:
  Events(const reeve_engine* engine, reeve_call id) : Call(engine, id, std::chrono::hours(24 * 24)) {}
  /// Waits until the engine takes it. False: cancelled meanwhile, and not taken.
  bool emit(const Event& event) {
    std::vector<reeve_label> labels;
    for (const auto& [name, value] : event.labels) labels.push_back({as_text(name), as_text(value)});
    const std::string fields = event.fields.dump();
    const reeve_event out{sizeof out,      as_text(event.type), labels.data(),         labels.size(),
                          as_text(fields), event.at_us,         as_text(event.target), as_text(event.cursor)};
    const int result = engine_->event(engine_, id_, &out);
    if (result == REEVE_INVALID) throw Error(Fault::kInvalid, "the engine refused the event " + event.type);
    return result == REEVE_OK;
  }
  /// The last cursor that is in the ledger: up to there the source may be acknowledged.
  std::string durable() const {
    std::string out(1024, '\0');
    out.resize(std::min(engine_->durable(engine_, out.data(), out.size()), out.size()));
    return out;
  }
};

class Watcher {
 public:
  virtual ~Watcher() = default;
  /// Runs until out.cancelled(). Returning or throwing earlier has the lane opened anew, later and later.
  virtual void watch(Events& out) = 0;
};

/// One call of an action.
class Action : public Call {
 public:
  Action(const reeve_engine* engine, reeve_call id, const reeve_action& action, Json parsed)
      : Call(engine, id, Milliseconds(action.deadline_ms)),
        name(view(action.action)),
        args(std::move(parsed)),
        key(view(action.key)),
        baseline(view(action.baseline)) {}
  std::string name;
  Args args;             ///< checked against the manifest: required ones are there, types are right
  std::string key;       ///< the same when an act is repeated; empty in plan
  std::string baseline;  ///< what plan() said; empty in plan
};

struct Plan {
  std::vector<std::string> targets;  ///< canonical keys; an empty list is an error
  std::string group;                 ///< empty: unknown
  std::vector<std::string> members;  ///< of the group, where known
  std::vector<std::string> healthy;  ///< of the members
  std::string baseline;              ///< at most 1 KiB; comes back to invoke and probe
  std::string preview;               ///< what would happen, in words
  std::optional<Milliseconds> settles;
};

enum class Probe { kDone, kNotStarted, kRunning, kUnknown };

class Actor {
 public:
  virtual ~Actor() = default;
  /// Read-only. Throw kNotFound when the target does not exist.
  virtual Plan plan(const Action& action) {
    throw Error(Fault::kInvalid, "the action " + action.name + " has no plan");
  }
  /// Does it, and answers a JSON map. Throw kUnknownOutcome when it may or may not have happened.
  virtual Json invoke(const Action& action) = 0;
  /// Read-only: was the act with this key and baseline done?
  virtual Probe probe(const Action&) { return Probe::kUnknown; }
};

inline bool parse_duration(std::string_view text, Milliseconds& out) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"y", 31536000000}, {"w", 604800000}, {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
  if (text == "0") return out = Milliseconds(0), true;
  int64_t sum = 0;
  size_t next = 0, at = 0;
  while (at < text.size()) {
    int64_t n = 0;
    const size_t from = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && at - from < 12; ++at)
      n = n * 10 + (text[at] - '0');
    const size_t unit_from = at;
    while (at < text.size() && text[at] >= 'a' && text[at] <= 'z') ++at;
    const std::string_view unit = text.substr(unit_from, at - unit_from);
    while (next < std::size(kUnits) && kUnits[next].first != unit) ++next;
    if (unit_from == from || next == std::size(kUnits)) return false;
    sum += n * kUnits[next++].second;
  }
  if (text.empty()) return false;
  out = Milliseconds(sum);
  return true;
}

}  // namespace reeve
