#include "ledger/ledger.h"

namespace reeve::ledger {

base::Result<std::vector<Stored>> Reader::list(const Filter& filter) {
  std::vector<Stored> found;
  REEVE_CHECK(scan(filter, [&](const Stored& entry) {
    found.push_back(entry);
    return true;
  }));
  return found;
}

}  // namespace reeve::ledger
