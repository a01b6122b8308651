/// \file
/// What has a collect measured so far? Samples packed as they come, so that no tree of them is ever built.
#pragma once

#include <string>

#include "model/msgpack.h"
#include "plugin/limits.h"
#include "reeve/plugin.h"

namespace reeve::plugin {

/// One thread.
class Batch {
 public:
  void clear();
  /// False: a limit is passed or a name is wrong; error() says which, and the batch stays failed.
  bool add(const reeve_sample& sample);
  size_t count() const { return count_; }
  const std::string& error() const { return error_; }
  /// The samples, each as name, list of label texts, value, at_ms; without the head of the list around them.
  const std::string& packed() const { return packed_; }

 private:
  bool fail(std::string why);
  std::string packed_, error_;
  size_t count_ = 0;
};

}  // namespace reeve::plugin
