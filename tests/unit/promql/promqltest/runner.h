/// \file
/// Does the engine answer a script of promqltest as the script says?
///
/// Each instant evaluation is also run with `@ time` on every selector at other times, and as the middle of a range of
/// three steps, where that must not change the answer.
#pragma once

#include <string>
#include <vector>

namespace reeve::promqltest {

struct Failure {
  int line = 0;
  std::string text;
};

struct Report {
  int evals = 0;                  ///< evaluations in the script
  std::vector<Failure> failures;  ///< at most one for each evaluation
  std::string broken;             ///< why the script cannot be run; empty: it ran
};

Report run_script(const std::string& text);

}  // namespace reeve::promqltest
