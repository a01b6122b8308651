/// \file
/// Where does the host plugin read from, and where does it put what it found?
///
/// All paths go through Source, so a recorded tree of /proc and /sys can stand in for the machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/exposition.h"
#include "common/procfs/files.h"

namespace reeve::host {

struct Source {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string root;  ///< put before mount points; empty: this machine's own

  /// The whole file; "" when it cannot be read (a kernel without that feature).
  std::string proc_file(std::string_view path) const;
  std::string sys_file(std::string_view path) const;
  /// Names in a folder, sorted, without . and ..
  std::vector<std::string> sys_folder(std::string_view path) const;
  std::vector<std::string> proc_folder(std::string_view path) const;
};

using Label = std::pair<std::string_view, std::string_view>;

/// The samples of one collect.
class Out {
 public:
  void add(std::string name, double value) { samples.push_back({std::move(name), {}, value, {}}); }
  void add(std::string name, std::initializer_list<Label> labels, double value);
  std::vector<common::metrics::Sample> samples;
};

using common::lines;
using common::to_number;
using common::trimmed;
using common::words;

}  // namespace reeve::host
