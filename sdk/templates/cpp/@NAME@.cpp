// A reeve plugin. Build: g++ -shared -fPIC -O2 -I SDK/include @NAME@.cpp -o @NAME@.so   (SDK: reeve's sdk folder)
#include <chrono>
#include <string>

#include "reeve/plugin.hpp"

using namespace reeve;

// One lane of one instance: ordinary blocking code, one call at a time. For events derive a Watcher, for actions an Actor
// (reeve/lanes.hpp), and name them in a struct as reeve/plugin.hpp says.
struct Plugin : Collector {
  static void describe(Manifest& m) {
    m.name("@NAME@", "0.1.0").doc("What it looks at, in one sentence.");
    m.config({ConfigKey("greeting", Type::kText, "What this key is for").by_default("hello")});
    m.metrics({Metric("@METRIC@_seconds", "gauge", "What it means.").unit("seconds").labels({"greeting"})});
  }

  explicit Plugin(const Config& config) : greeting_(config.text("greeting")) {}

  // All samples become visible together when this returns. What fails for a while: throw Error(Fault::kTransient, "...").
  void collect(Samples& out) override {
    const auto uptime = std::chrono::steady_clock::now().time_since_epoch();
    out.add("@METRIC@_seconds", std::chrono::duration<double>(uptime).count(), {{"greeting", greeting_}});
  }

 private:
  std::string greeting_;
};

REEVE_PLUGIN(Plugin)
