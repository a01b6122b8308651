/// \file
/// How do other tools read which tests passed? JUnit's XML.
#pragma once

#include <string>
#include <vector>

namespace reeve::rule::unittest {

class JUnit {
 public:
  /// The tests of a file follow.
  void begin(const std::string& file) { suites_.push_back({file, {}}); }
  void add(const std::string& test, std::vector<std::string> failures) {
    suites_.back().cases.push_back({test, std::move(failures)});
  }
  std::string text() const;
  /// False: the file cannot be written.
  bool write(const std::string& path) const;

 private:
  struct Case {
    std::string name;
    std::vector<std::string> failures;
  };
  struct Suite {
    std::string name;
    std::vector<Case> cases;
  };
  std::vector<Suite> suites_;
};

}  // namespace reeve::rule::unittest
