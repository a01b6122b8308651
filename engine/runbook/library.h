/// \file
/// Where do declared runbooks lie? A shelf by name.
#pragma once

#include <map>
#include <string>

#include "runbook/runbook.h"

namespace reeve::runbook {

/// Core thread.
class Shelf : public Library {
 public:
  const Runbook* find(const std::string& name) const override;
  std::vector<const Runbook*> all() const override;
  /// Replaces one of the same name.
  void put(Runbook runbook) { runbooks_.insert_or_assign(runbook.name, std::move(runbook)); }

 private:
  std::map<std::string, Runbook> runbooks_;
};

}  // namespace reeve::runbook
