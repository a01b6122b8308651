/// \file
/// How are the data files of these tests read? Blocks of `== name`, an input, `-- kind`, an expectation.
#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace reeve::yaml {

struct Case {
  std::string name, input, kind, expected;  // without the last line end
};

inline std::vector<Case> read_cases(const std::string& path) {
  std::ifstream file(path);
  std::vector<Case> out;
  bool in_expected = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("== ")) {
      out.push_back({line.substr(3), "", "", ""});
      in_expected = false;
    } else if (!out.empty() && line.starts_with("-- ")) {
      out.back().kind = line.substr(3);
      in_expected = true;
    } else if (!out.empty()) {
      (in_expected ? out.back().expected : out.back().input) += line + "\n";
    }
  }
  for (Case& one : out)
    if (!one.expected.empty()) one.expected.pop_back();
  return out;
}

}  // namespace reeve::yaml
