/// \file
/// What does a plugin say about itself? The builder of its manifest, and its configuration table.
///
/// From the manifest come the JSON Schema, the sample, the docs, the safety gate's knowledge of each action, and how
/// the engine recovers events that it missed. The JSON form is in sdk/PROTOCOL.md, "manifest".
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "reeve/json.hpp"

namespace reeve {

/// Types of configuration keys and of arguments. A duration is text like "10s" or "1m30s".
enum class Type { kText, kInteger, kNumber, kBoolean, kDuration, kList, kMap, kAny };
inline const char* type_name(Type type) {
  static constexpr const char* kNames[] = {"string", "int", "number", "bool", "duration", "list", "map", "any"};
  return kNames[static_cast<int>(type)];
}

namespace detail {
/// A JSON map under construction, of which its owner keeps the only copy that counts.
class Builder {
 public:
  explicit Builder(Json start) : json_(std::move(start)) {}
  const Json& json() const { return json_; }

 protected:
  static Json texts(std::initializer_list<const char*> items) {
    Json out = Json::list();
    for (const char* item : items) out.push(item);
    return out;
  }
  Json json_;
};
}  // namespace detail

/// One key of the instance's configuration. "name" (the instance's) is always there and not listed.
class ConfigKey : public detail::Builder {
 public:
  ConfigKey(std::string_view name, Type type, std::string_view doc)
      : Builder(Json::map().set("name", name).set("type", type_name(type)).set("doc", doc)) {}
  ConfigKey& by_default(Json value) { return json_.set("default", std::move(value)), *this; }
  ConfigKey& required() { return json_.set("required", true), *this; }
  /// Never logged, not in the text a lane gets: read it with Config::secret.
  ConfigKey& secret() { return json_.set("secret", true), *this; }
  ConfigKey& unit(std::string_view unit) { return json_.set("unit", unit), *this; }
  ConfigKey& one_of(std::initializer_list<const char*> values) { return json_.set("one_of", texts(values)), *this; }
};

class Metric : public detail::Builder {
 public:
  /// `type`: gauge, counter, histogram, summary or untyped.
  Metric(std::string_view name, std::string_view type, std::string_view help)
      : Builder(Json::map().set("name", name).set("type", type).set("help", help)) {}
  Metric& unit(std::string_view unit) { return json_.set("unit", unit), *this; }
  Metric& labels(std::initializer_list<const char*> names) { return json_.set("labels", texts(names)), *this; }
};

/// How a stated present gives back an event that was missed (see lanes.hpp, Events: stating the present).
class Recovers : public detail::Builder {
 public:
  /// `event`: its type. `at`: the field of the state with the moment it happened (RFC 3339 or Unix seconds; a zero, an
  /// empty or a missing one means it never did). The event is given back when that moment is later than what is known.
  Recovers(std::string_view event, std::string_view at) : Builder(Json::map().set("event", event).set("at", at)) {}
  /// Only when this field of the state is true.
  Recovers& when(std::string_view field) { return json_.set("when", field), *this; }
  /// It counts as known when one with a time from this field's moment on is known (default: from `at` on). For an event
  /// that comes a little before the moment by which the state dates it: an OOM kill before the exit.
  Recovers& since(std::string_view field) { return json_.set("since", field), *this; }
  /// Only when that event, of the same state, is missing too: it is the end of what `event` tells, and whoever heard of
  /// the end had heard of this. For a state that shows it long after: Docker says OOMKilled until the next end.
  Recovers& with(std::string_view other) { return json_.set("with", other), *this; }
  /// Not by its time but by its value: given back when this field differs from the one in the last such event.
  Recovers& changed(std::string_view field) { return json_.set("changed", field), *this; }
  /// Values of `changed` that are never told as an event.
  Recovers& ignore(std::initializer_list<const char*> values) { return json_.set("ignore", texts(values)), *this; }
  /// An event after which the last value of `changed` counts no more (a start begins health anew).
  Recovers& reset_by(std::string_view event) { return json_.set("reset_by", event), *this; }
  /// Fields of the state that the event gets, under the same name.
  Recovers& fields(std::initializer_list<const char*> names) { return json_.set("fields", texts(names)), *this; }
};

class EventType : public detail::Builder {
 public:
  EventType(std::string_view type, std::string_view help) : Builder(Json::map().set("type", type).set("help", help)) {}
  EventType& labels(std::initializer_list<const char*> names) { return json_.set("labels", texts(names)), *this; }
  EventType& fields(std::initializer_list<const char*> names) { return json_.set("fields", texts(names)), *this; }
  /// This event states the present of its target instead of telling what happened. It is passed on only when it differs
  /// from the last one about that target.
  EventType& state(std::initializer_list<Recovers> recovers = {}) {
    json_.set("state", true);
    Json list = Json::list();
    for (const Recovers& item : recovers) list.push(item.json());
    if (list.size()) json_.set("recovers", std::move(list));
    return *this;
  }
  /// After this event its target exists no more: what is known about it is forgotten.
  EventType& ends_target() { return json_.set("ends_target", true), *this; }
};

/// One action. Without more it is a read; `change()` or `destroy()` make it an act, which needs a class.
class ActionType : public detail::Builder {
 public:
  ActionType(std::string_view name, std::string_view doc)
      : Builder(Json::map().set("name", name).set("doc", doc).set("effect", "read").set("class", "read")) {
    json_.set("arguments", Json::list());
  }
  ActionType& arg(std::string_view name, Type type, std::string_view doc = {}) { return add(name, type, false, doc); }
  ActionType& need(std::string_view name, Type type, std::string_view doc = {}) { return add(name, type, true, doc); }
  ActionType& change() { return json_.set("effect", "change").set("class", "once"), *this; }
  ActionType& destroy() { return json_.set("effect", "destroy").set("class", "once"), *this; }
  /// Doing it twice is the same as doing it once.
  ActionType& idempotent() { return json_.set("class", "idempotent"), *this; }
  /// The service itself ignores a second call with the same key.
  ActionType& keyed() { return json_.set("class", "keyed"), *this; }
  /// probe() can tell afterwards whether it was done.
  ActionType& probed() { return json_.set("class", "probed").set("probe", true), *this; }
  /// Must never be repeated when its outcome is unknown (the default of a change).
  ActionType& once() { return json_.set("class", "once"), *this; }
  /// plan() names the exact targets.
  ActionType& planned() { return json_.set("plan", true), *this; }
  /// How long after the caller's death the act may still begin to show: until then probe's not_started means nothing.
  ActionType& settles_ms(int64_t ms) { return json_.set("settles_ms", ms), *this; }
  /// Event types that its effect brings about, in order.
  ActionType& causes(std::initializer_list<const char*> types) { return json_.set("causes", texts(types)), *this; }
  ActionType& undo(std::string_view action) { return json_.set("undo", action), *this; }

 private:
  ActionType& add(std::string_view name, Type type, bool required, std::string_view doc) {
    Json list = json_["arguments"];
    list.push(Json::map().set("name", name).set("type", type_name(type)).set("required", required).set("doc", doc));
    json_.set("arguments", std::move(list));
    return *this;
  }
};

class Manifest {
 public:
  Manifest& name(std::string_view name, std::string_view version) {
    return json_.set("name", name).set("version", version), *this;
  }
  Manifest& doc(std::string_view text) { return json_.set("doc", text), *this; }
  Manifest& config(std::initializer_list<ConfigKey> keys) { return add("config", keys); }
  Manifest& metrics(std::initializer_list<Metric> metrics) { return add("metrics", metrics); }
  Manifest& events(std::initializer_list<EventType> events) { return add("events", events); }
  Manifest& actions(std::initializer_list<ActionType> actions) { return add("actions", actions); }
  /// From which labels the target of a sample is made: "docker/{instance}/{id}".
  Manifest& target_key(std::string_view pattern) { return json_.set("target_key", pattern), *this; }
  /// How many actions of one instance may run at a time (each in a lane of its own; default 1).
  Manifest& actor_lanes(int n) { return json_.set("actor_lanes", n), *this; }
  /// Any of "network", "files", "exec".
  Manifest& capabilities(std::initializer_list<const char*> names) {
    Json list = Json::list();
    for (const char* item : names) list.push(item);
    return json_.set("capabilities", std::move(list)), *this;
  }
  /// "collects", "watches", "acts": set by REEVE_PLUGIN from what the plugin has.
  void has(const char* lane) { json_.set(lane, true); }
  /// For describe_for: this instance has nothing to do for that lane, so none is opened.
  void lacks(const char* lane) { json_.set(lane, false); }
  const Json& json() const { return json_; }

 private:
  template <class T>
  Manifest& add(const char* key, std::initializer_list<T> items) {
    Json list = json_[key];
    if (!list.is_list()) list = Json::list();
    for (const T& item : items) list.push(item.json());
    return json_.set(key, std::move(list)), *this;
  }
  Json json_ = Json::map();
};

}  // namespace reeve
