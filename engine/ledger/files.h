/// \file
/// Which files is a ledger made of? `ledger-<first seq>.db` in the state folder, one after another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace reeve::ledger {

struct LedgerFile {
  std::string path;
  uint64_t first_seq = 0;  ///< as the name says; 0: a file of another name
};

std::string file_path(const std::string& folder, uint64_t first_seq);
/// The files of a folder in their order, or the one file named. \errors kNotFound when there is none.
base::Result<std::vector<LedgerFile>> ledger_files(const std::string& folder_or_file);

bool file_exists(const std::string& path);
/// Bytes; 0 when it is not there.
uint64_t file_size(const std::string& path);
/// A name made, changed or removed in `folder` is durable after this. \errors kUnavailable.
base::Status sync_folder(const std::string& folder);
/// "." for a path without one.
std::string folder_of(const std::string& path);

}  // namespace reeve::ledger
