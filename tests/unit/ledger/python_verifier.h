/// \file
/// Does the independent verifier say the same? sdk/tools/verify_ledger.py --batch as a child, asked over pipes.
#pragma once

#include <sys/types.h>
#include <cstdio>
#include <string>

#include "ledger/ledger.h"
#include "model/value.h"

namespace reeve::ledger {

class PythonVerifier {
 public:
  PythonVerifier();
  ~PythonVerifier();
  PythonVerifier(const PythonVerifier&) = delete;
  PythonVerifier& operator=(const PythonVerifier&) = delete;

  /// False without a python3: the tests that need it are skipped.
  bool works() const { return pid_ > 0; }
  /// Null when there is no ledger.
  model::Value verify(const std::string& folder_or_file, const std::string& anchors = {});

 private:
  pid_t pid_ = 0;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

/// Empty when both say the same; faults are compared word by word unless SQLite itself refused the file, whose words
/// differ.
std::string disagreement(const Verification& ours, const model::Value& theirs);

}  // namespace reeve::ledger
