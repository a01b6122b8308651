/// \file
/// Where does the host plugin read from, and where does it put what it found?
///
/// All paths go through Source, so a recorded tree of /proc and /sys can stand in for the machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/exposition.h"

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

std::string read_file(const std::string& path);
std::vector<std::string> read_folder(const std::string& path);

using Label = std::pair<std::string_view, std::string_view>;

/// The samples of one collect.
class Out {
 public:
  void add(std::string name, double value) { samples.push_back({std::move(name), {}, value, {}}); }
  void add(std::string name, std::initializer_list<Label> labels, double value);
  std::vector<common::metrics::Sample> samples;
};

/// Pieces of text without the separators; no empty pieces.
std::vector<std::string_view> words(std::string_view text);
std::vector<std::string_view> lines(std::string_view text);
std::string_view trimmed(std::string_view text);
/// 0 when it is no number.
double to_number(std::string_view text);

}  // namespace reeve::host
