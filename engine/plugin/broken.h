/// \file
/// What of plugins whose program does not come up? They are tried again for ever, with growing delays.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/preparation.h"

namespace reeve::plugin {

/// Core thread. Tells of each failure as of a process that crashed.
class Broken {
 public:
  struct Listener {
    std::function<void(const StateChange&)> on_state;
    std::function<void(Prepared)> on_up;  ///< it is no longer held here
  };
  Broken(const Surroundings& around, Listener listener);
  ~Broken();
  Broken(const Broken&) = delete;
  Broken& operator=(const Broken&) = delete;

  /// From now on these and no others; whose fault is the same as before is not told anew.
  void hold(std::vector<Prepared> broken);
  /// nullptr: it is none of these.
  const Prepared* find(const std::string& id) const;
  std::vector<InstanceConfig> instances() const;
  void add_status(model::Value& list) const;
  void stop() { hold({}); }

 private:
  struct Item {
    Prepared prepared;
    int consecutive = 0;
  };
  void failed(Item& item, const std::string& fault);
  void try_later();
  void on_tried(std::vector<Prepared> tried);

  Surroundings around_;
  Listener listener_;
  std::map<std::string, Item> items_;
  std::unique_ptr<Preparation> trying_;
  base::Loop::Id timer_ = 0;
  int tries_ = 0;
};

}  // namespace reeve::plugin
