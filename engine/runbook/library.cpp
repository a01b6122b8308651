#include "runbook/library.h"

namespace reeve::runbook {

const Runbook* Shelf::find(const std::string& name) const {
  const auto found = runbooks_.find(name);
  return found == runbooks_.end() ? nullptr : &found->second;
}

std::vector<const Runbook*> Shelf::all() const {
  std::vector<const Runbook*> out;
  for (const auto& [name, runbook] : runbooks_) out.push_back(&runbook);
  return out;
}

}  // namespace reeve::runbook
