// A reeve collector in C++: the load of this machine. Build and drop-in: README.md.
#include <fstream>
#include <string>

#include "reeve/plugin.hpp"

using namespace reeve;

struct LoadAverage : Collector {
  static void describe(Manifest& m) {
    m.name("loadavg", "1.0.0").doc("Load averages and running tasks.").capabilities({"files"});
    m.config({ConfigKey("path", Type::kText, "Where the kernel tells them").by_default("/proc/loadavg")});
    m.metrics({Metric("loadavg", "gauge", "Load average over a window.").labels({"window"}),
               Metric("loadavg_tasks", "gauge", "Tasks by state.").labels({"state"})});
  }

  explicit LoadAverage(const Config& config) : path_(config.text("path")) {}

  void collect(Samples& out) override {
    std::ifstream file(path_);
    double one = 0, five = 0, fifteen = 0;
    int running = 0, all = 0;
    char slash = 0;
    if (!(file >> one >> five >> fifteen >> running >> slash >> all))
      throw Error(Fault::kTransient, "cannot read the load from " + path_);
    out.add("loadavg", one, {{"window", "1m"}});
    out.add("loadavg", five, {{"window", "5m"}});
    out.add("loadavg", fifteen, {{"window", "15m"}});
    out.add("loadavg_tasks", running, {{"state", "running"}});
    out.add("loadavg_tasks", all - running, {{"state", "waiting"}});
  }

 private:
  std::string path_;
};

REEVE_PLUGIN(LoadAverage)
