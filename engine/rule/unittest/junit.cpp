#include "rule/unittest/junit.h"

#include <algorithm>
#include <fstream>

namespace reeve::rule::unittest {

namespace {
std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // XML has no other control characters, escaped or not.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return out;
}

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + escape(value) + "\"";
}
}  // namespace

std::string JUnit::text() const {
  std::string out = "<testsuites>\n";
  for (const Suite& suite : suites_) {
    const auto failed =
        std::count_if(suite.cases.begin(), suite.cases.end(), [](const Case& c) { return !c.failures.empty(); });
    out += "  <testsuite" + attribute("name", suite.name) + attribute("tests", std::to_string(suite.cases.size())) +
           attribute("failures", std::to_string(failed)) + attribute("errors", "0") + ">\n";
    for (const Case& one : suite.cases) {
      out += "    <testcase" + attribute("name", one.name) + ">\n";
      for (const std::string& failure : one.failures) out += "      <failure>" + escape(failure) + "</failure>\n";
      out += "    </testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

bool JUnit::write(const std::string& path) const {
  std::ofstream file(path, std::ios::binary);
  file << text();
  return static_cast<bool>(file.flush());
}

}  // namespace reeve::rule::unittest
