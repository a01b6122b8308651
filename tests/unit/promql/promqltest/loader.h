/// \file
/// What series does a script load?
#pragma once

#include "promql/drive_store.h"
#include "unit/promql/promqltest/script.h"

namespace reeve::promqltest {

class Store {
 public:
  void load(const Load& load);
  const series::Source& source() const { return store_.source(); }

 private:
  /// Native histograms with custom buckets from the classic ones of `load`.
  void load_nhcb(const Load& load);
  promql::DriveStore store_;
};

}  // namespace reeve::promqltest
