/// \file
/// Is a whole new `plugins:` list good, before anything changes? Starts each plugin once, asks manifest and check.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/base.h"
#include "plugin/host.h"
#include "plugin/instance.h"

namespace reeve::plugin {

/// Core thread. One pass; may be destroyed any time, which ends its processes.
class Preparation {
 public:
  /// One for each that was wanted, in this order.
  using Done = std::function<void(std::vector<Prepared>)>;
  Preparation(std::vector<InstanceConfig> wanted, const Surroundings& around, Done done);
  ~Preparation();
  void start();

 private:
  /// One plugin under examination.
  struct Exam {
    Program program;
    std::unique_ptr<Conversation> talk;
    std::vector<size_t> instances;  ///< of prepared_
    size_t unchecked = 0;
    bool ended = false;
  };
  void find_all();
  void begin(Exam& exam);
  void on_hello(const std::string& plugin, base::Result<model::Value> manifest);
  void on_checked(const std::string& plugin, size_t instance, const base::Result<Answer>& answer);
  void on_all_ended();
  void broken(const Exam& exam, const std::string& why);
  void log(const std::string& plugin, base::Level level, std::string_view text) const;

  std::vector<Prepared> prepared_;
  Surroundings around_;
  Done done_;
  std::map<std::string, Exam> exams_;
  base::Loop::Id timer_ = 0;
};

}  // namespace reeve::plugin
