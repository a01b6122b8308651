/// \file
/// How does a test drive real plugins? A fleet on the real loop, plugins built on the spot, answers waited for.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugin/folder.h"
#include "plugin/plugin.h"
#include "unit/child/real_loop.h"

namespace reeve::testing {

/// Builds `source` (C or C++, below the source tree) into `folder`/`name`.so with the command of the documentation.
inline void build_plugin(const std::string& source, const std::string& folder, const std::string& name,
                         const std::string& more = {}) {
  const bool c = source.ends_with(".c");
  const std::string root = REEVE_SOURCE_DIR;
  const std::string command = std::string(c ? "cc" : "g++") +
                              " -shared -fPIC -O1 -Wall -Wextra -Werror -Wno-missing-field-initializers " + more +
                              " -I " + root + "/sdk/include " + (source[0] == '/' ? source : root + "/" + source) +
                              " -o " + folder + "/" + name + ".so";
  ASSERT_EQ(::system(command.c_str()), 0) << command;
}

/// The hostile plugin, built once for the whole test program.
inline const std::string& hostile_folder() {
  static const Folder folder;
  static const bool built = (build_plugin("tests/plugin/hostile/hostile.c", folder.path(), "hostile"), true);
  EXPECT_TRUE(built);
  return folder.path();
}

class FleetRig {
 public:
  explicit FleetRig(std::vector<std::string> folders) {
    plugin::Search search;
    search.folders = std::move(folders);
    search.child_program = std::string(REEVE_BUILD_DIR) + "/bin/reeve-child";
    EXPECT_EQ(::access(search.child_program.c_str(), X_OK), 0) << "build reeve-child first";
    plugin::Ports ports;
    ports.on_events = [this](const std::string& instance, std::vector<model::Event> more,
                             std::function<void()> accepted) {
      for (model::Event& event : more) {
        if (!event.cursor.empty()) cursors[instance] = event.cursor;
        events.push_back(std::move(event));
      }
      if (accept) return accepted();
      unaccepted.push_back(std::move(accepted));
    };
    ports.on_state = [this](const plugin::StateChange& change) { states.push_back(change); };
    ports.cursor = [this](const std::string& instance) { return cursors[instance]; };
    fleet = plugin::make_fleet(search, ports, real.loop(), base::system_random());
  }
  ~FleetRig() { stop(); }

  void stop() {
    if (!fleet) return;
    bool stopped = false;
    fleet->stop([&] { stopped = true; });
    EXPECT_TRUE(real.until([&] { return stopped; }));
    fleet.reset();
    real.run_for(base::millis(1));
  }

  base::Status prepare(const std::string& plugins) {
    auto node = yaml::parse(plugins, "reeve.yaml");
    if (!node.ok()) return node.error();
    auto wanted = plugin::read_instances(*node);
    if (!wanted.ok()) return wanted.error();
    std::optional<base::Status> got;
    fleet->prepare(*wanted, [&](base::Status status) { got = std::move(status); });
    EXPECT_TRUE(real.until([&] { return got.has_value(); }, base::seconds(40)));
    return got ? *got : base::Status(base::Error{base::Fault::kTimeout, "prepare did not end"});
  }
  /// Prepares, applies, and waits until every lane has opened.
  void run(const std::string& plugins) {
    const base::Status ready = prepare(plugins);
    ASSERT_TRUE(ready.ok()) << ready.error().text;
    fleet->apply();
    ASSERT_TRUE(real.until([&] { return all_open(); })) << model::to_pretty_json(fleet->status());
  }
  bool all_open() const {
    const model::Value all = fleet->status();
    for (const model::Value& instance : all.as_list())
      if (!is_open(instance)) return false;
    return !all.as_list().empty();
  }
  static bool is_open(const model::Value& instance) {
    for (const model::Value& lane : instance["lanes"].as_list()) {
      const std::string& state = lane["state"].as_string();
      if (state != "idle" && state != "busy") return false;
    }
    return !instance["lanes"].as_list().empty();
  }
  model::Value status(const std::string& instance) const {
    const model::Value all = fleet->status();
    for (const model::Value& one : all.as_list())
      if (one["instance"].as_string() == instance) return one;
    return {};
  }

  template <class T>
  base::Result<T> wait(std::function<void(std::function<void(base::Result<T>)>)> ask) {
    std::optional<base::Result<T>> got;
    ask([&](base::Result<T> answer) { got.emplace(std::move(answer)); });
    if (!real.until([&] { return got.has_value(); })) return base::Error{base::Fault::kInternal, "no answer at all"};
    return std::move(*got);
  }
  base::Result<model::Batch> collect(const std::string& instance, base::Duration deadline = base::seconds(10)) {
    return wait<model::Batch>([&](auto done) { fleet->collect(instance, deadline, done); });
  }
  static plugin::Fleet::Call call(const std::string& instance, const std::string& action, model::Value args,
                                  base::Duration deadline = base::seconds(10)) {
    return {instance, action, std::move(args), deadline};
  }
  base::Result<model::Plan> plan(plugin::Fleet::Call c) {
    return wait<model::Plan>([&](auto done) { fleet->plan(c, done); });
  }
  base::Result<plugin::InvokeReply> invoke(plugin::Fleet::Call c, model::Fence fence = {"run", 1}) {
    return wait<plugin::InvokeReply>([&](auto done) { fleet->invoke(c, "key", "b1", fence, done); });
  }
  base::Result<model::ProbeAnswer> probe(plugin::Fleet::Call c) {
    return wait<model::ProbeAnswer>([&](auto done) { fleet->probe(c, "key", "b1", done); });
  }
  void kill_all(const std::string& instance) const {
    const model::Value all = status(instance);
    for (const model::Value& process : all["processes"].as_list())
      ::kill(static_cast<pid_t>(process["pid"].as_int()), SIGKILL);
  }
  int told(plugin::StateChange::What what) const {
    int n = 0;
    for (const auto& state : states) n += state.what == what;
    return n;
  }

  RealLoop real;
  std::unique_ptr<plugin::Fleet> fleet;
  std::vector<model::Event> events;
  std::vector<plugin::StateChange> states;
  std::vector<std::function<void()>> unaccepted;
  std::map<std::string, std::string> cursors;
  bool accept = true;
};

}  // namespace reeve::testing
