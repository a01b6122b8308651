/// \file
/// How is a reeve plugin written in C++? Header-only, C++17, nothing to link. Start here.
///
///     #include <reeve/plugin.hpp>
///     struct Load : reeve::Collector {
///       static void describe(reeve::Manifest& m) {
///         m.name("load", "1.0.0").doc("The load of this machine.");
///         m.metrics({{"demo_load1", "gauge", "Load average over one minute."}});
///       }
///       explicit Load(const reeve::Config&) {}
///       void collect(reeve::Samples& out) override { ... out.add("demo_load1", value, {{"core", "0"}}); }
///     };
///     REEVE_PLUGIN(Load)
///
/// Build: `g++ -shared -fPIC -O2 -I sdk/include load.cpp -o load.so`, put load.so into a folder of `plugin_dirs:`.
///
/// REEVE_PLUGIN takes one class that has
///   - `static void describe(reeve::Manifest&)`;
///   - optionally `static void describe_for(reeve::Manifest&, const reeve::Config&)`: adds to it what only this
///   instance
///     has, as the actions that its configuration names;
///   - optionally `static void check(const reeve::Config&)`: throws Error(kInvalid) for what the config table cannot
///   say;
///     pure, touches no network. Unknown, missing and mistyped keys are found before it from the table;
///   - and either is itself a lane (derived from Collector, Watcher or Actor, made from `const Config&`, a Watcher
///     optionally from `const Config&, const std::string& cursor`), or names its lanes: nested types or aliases
///     `CollectorLane`, `WatcherLane`, `ActorLane`, any of them.
/// manifest.hpp has the tables, lanes.hpp the lanes with their promises, json.hpp the JSON value.
#pragma once

#include <memory>
#include <new>

#include "reeve/config.hpp"
#include "reeve/json.hpp"
#include "reeve/lanes.hpp"
#include "reeve/manifest.hpp"
#include "reeve/plugin.h"

namespace reeve::detail {

struct None {};
template <class P, class = void>
struct CollectorOf {
  using type = std::conditional_t<std::is_base_of_v<Collector, P>, P, None>;
};
template <class P>
struct CollectorOf<P, std::void_t<typename P::CollectorLane>> {
  using type = typename P::CollectorLane;
};
template <class P, class = void>
struct WatcherOf {
  using type = std::conditional_t<std::is_base_of_v<Watcher, P>, P, None>;
};
template <class P>
struct WatcherOf<P, std::void_t<typename P::WatcherLane>> {
  using type = typename P::WatcherLane;
};
template <class P, class = void>
struct ActorOf {
  using type = std::conditional_t<std::is_base_of_v<Actor, P>, P, None>;
};
template <class P>
struct ActorOf<P, std::void_t<typename P::ActorLane>> {
  using type = typename P::ActorLane;
};
template <class P, class = void>
struct HasCheck : std::false_type {};
template <class P>
struct HasCheck<P, std::void_t<decltype(P::check(std::declval<const Config&>()))>> : std::true_type {};

template <class P, class = void>
struct HasDescribeFor : std::false_type {};
template <class P>
struct HasDescribeFor<P,
                      std::void_t<decltype(P::describe_for(std::declval<Manifest&>(), std::declval<const Config&>()))>>
    : std::true_type {};

/// What a lane's void* points to.
struct Lane {
  const reeve_engine* engine = nullptr;
  std::unique_ptr<Collector> collector;
  std::unique_ptr<Watcher> watcher;
  std::unique_ptr<Actor> actor;
};

/// Runs `body`; an exception becomes a fault, told by `tell(fault, text, retry_after_ms)`.
template <class Body, class Tell>
int guarded(Body&& body, Tell&& tell) noexcept {
  try {
    body();
    return REEVE_OK;
  } catch (const Error& e) {
    tell(static_cast<int>(e.fault()), std::string_view(e.what()), static_cast<int64_t>(e.retry_after().count()));
    return static_cast<int>(e.fault());
  } catch (const std::exception& e) {
    tell(static_cast<int>(Fault::kInternal), std::string_view(e.what()), int64_t{0});
  } catch (...) {
    tell(static_cast<int>(Fault::kInternal), std::string_view("an exception of unknown type"), int64_t{0});
  }
  return static_cast<int>(Fault::kInternal);
}

template <class Body>
int called(void* lane, reeve_call call, Body&& body) noexcept {
  const reeve_engine* engine = static_cast<Lane*>(lane)->engine;
  return guarded(body, [&](int fault, std::string_view text, int64_t retry_after_ms) {
    engine->fail(engine, call, fault, as_text(text), retry_after_ms);
  });
}

inline void copy_text(std::string_view text, char* to, size_t room) {
  if (room == 0) return;
  const size_t n = text.size() < room ? text.size() : room - 1;
  text.copy(to, n);
  to[n] = '\0';
}

/// The C functions of one plugin class.
template <class P>
struct Glue {
  using C = typename CollectorOf<P>::type;
  using W = typename WatcherOf<P>::type;
  using A = typename ActorOf<P>::type;
  static constexpr bool kCollects = !std::is_same_v<C, None>;
  static constexpr bool kWatches = !std::is_same_v<W, None>;
  static constexpr bool kActs = !std::is_same_v<A, None>;
  static_assert(kCollects || kWatches || kActs, "the plugin has no lane: derive from Collector, Watcher or Actor");

  static Manifest manifest() {
    Manifest m;
    P::describe(m);
    if (kCollects) m.has("collects");
    if (kWatches) m.has("watches");
    if (kActs) m.has("acts");
    return m;
  }
  static void describe(void* to, void (*take)(void*, reeve_text)) {
    std::string text;
    guarded([&] { text = manifest().json().dump(); }, [](int, std::string_view, int64_t) {});
    take(to, as_text(text));
  }
  static void describe_for(reeve_text config, void* to, void (*take)(void*, reeve_text)) {
    std::string text;
    guarded(
        [&] {
          Manifest m = manifest();
          if constexpr (HasDescribeFor<P>::value) P::describe_for(m, read_config(view(config), m, nullptr));
          text = m.json().dump();
        },
        [](int, std::string_view, int64_t) {});
    take(to, as_text(text));
  }
  static int check(reeve_text text, char* error, size_t room) {
    return guarded(
        [&] {
          const Config config = read_config(view(text), manifest(), nullptr);
          if constexpr (HasCheck<P>::value) P::check(config);
        },
        [&](int, std::string_view what, int64_t) { copy_text(what, error, room); });
  }
  template <class Make>
  static void* open(const reeve_engine* engine, reeve_text config, char* error, size_t room, Make&& make) {
    std::unique_ptr<Lane> lane;
    const int result = guarded(
        [&] {
          lane = std::make_unique<Lane>();
          lane->engine = engine;
          make(*lane, read_config(view(config), manifest(), engine));
        },
        [&](int, std::string_view what, int64_t) { copy_text(what, error, room); });
    return result == REEVE_OK ? lane.release() : nullptr;
  }
  static void* collector(const reeve_engine* engine, reeve_text config, char* error, size_t room) {
    return open(engine, config, error, room, [](Lane& lane, const Config& c) {
      if constexpr (kCollects) lane.collector = std::make_unique<C>(c);
    });
  }
  static void* watcher(const reeve_engine* engine, reeve_text config, reeve_text cursor, char* error, size_t room) {
    return open(engine, config, error, room, [&](Lane& lane, const Config& c) {
      if constexpr (std::is_constructible_v<W, const Config&, const std::string&>) {
        lane.watcher = std::make_unique<W>(c, std::string(view(cursor)));
      } else if constexpr (kWatches) {
        lane.watcher = std::make_unique<W>(c);
      }
    });
  }
  static void* actor(const reeve_engine* engine, reeve_text config, char* error, size_t room) {
    return open(engine, config, error, room, [](Lane& lane, const Config& c) {
      if constexpr (kActs) lane.actor = std::make_unique<A>(c);
    });
  }
  static int collect(void* at, reeve_call call, int64_t deadline_ms) {
    return called(at, call, [&] {
      auto* lane = static_cast<Lane*>(at);
      Samples out(lane->engine, call, Milliseconds(deadline_ms));
      lane->collector->collect(out);
    });
  }
  static int watch(void* at, reeve_call call) {
    return called(at, call, [&] {
      auto* lane = static_cast<Lane*>(at);
      Events out(lane->engine, call);
      lane->watcher->watch(out);
    });
  }
  template <class Body>
  static int act(void* at, reeve_call call, const reeve_action* in, Body&& body) {
    return called(at, call, [&] {
      auto* lane = static_cast<Lane*>(at);
      Json args;
      if (!Json::parse(view(in->args), args)) throw Error(Fault::kInvalid, "the arguments are no JSON");
      const Action action(lane->engine, call, *in, std::move(args));
      const std::string answer = body(*lane->actor, action).dump();
      lane->engine->answer(lane->engine, call, as_text(answer));
    });
  }
  static Json plan_json(const Plan& plan) {
    Json out = Json::map();
    out.set("targets", Json::texts(plan.targets)).set("group", plan.group);
    out.set("members", Json::texts(plan.members)).set("healthy", Json::texts(plan.healthy));
    out.set("baseline", plan.baseline).set("preview", plan.preview);
    if (plan.settles) out.set("settles_ms", static_cast<int64_t>(plan.settles->count()));
    return out;
  }
  static int plan(void* at, reeve_call call, const reeve_action* in) {
    return act(at, call, in, [](Actor& actor, const Action& a) { return plan_json(actor.plan(a)); });
  }
  static int invoke(void* at, reeve_call call, const reeve_action* in) {
    return act(at, call, in, [](Actor& actor, const Action& a) { return actor.invoke(a); });
  }
  static int probe(void* at, reeve_call call, const reeve_action* in) {
    static constexpr const char* kWords[] = {"done", "not_started", "running", "unknown"};
    return act(at, call, in, [](Actor& actor, const Action& a) {
      return Json::map().set("state", kWords[static_cast<int>(actor.probe(a))]);
    });
  }
  static void close(void* lane) { delete static_cast<Lane*>(lane); }

  static constexpr reeve_plugin descriptor() {
    return {REEVE_MAGIC,
            sizeof(reeve_plugin),
            REEVE_ABI_MAJOR,
            REEVE_ABI_MINOR,
            0,
            describe,
            check,
            kCollects ? collector : nullptr,
            kCollects ? collect : nullptr,
            kWatches ? watcher : nullptr,
            kWatches ? watch : nullptr,
            kActs ? actor : nullptr,
            kActs ? plan : nullptr,
            kActs ? invoke : nullptr,
            kActs ? probe : nullptr,
            close,
            HasDescribeFor<P>::value ? describe_for : nullptr};
  }
};

}  // namespace reeve::detail

/// Once per shared object, at file scope.
#define REEVE_PLUGIN(Class) \
  extern "C" REEVE_EXPORT const reeve_plugin reeve_plugin_v1 = ::reeve::detail::Glue<Class>::descriptor();
