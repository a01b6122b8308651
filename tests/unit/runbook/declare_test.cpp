// What `runbook { ... }` declares and what is wrong with it. Each file of declarations/ ends with what must be read of
// it, or with its errors, as "--> ...".
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "unit/runbook/world.h"

namespace reeve::runbook {
namespace {

const std::string kFolder = REEVE_TEST_DIR "/unit/runbook/declarations/";

std::vector<std::string> declarations() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string shown(const ParamSpec& spec) {
  std::string text = "param " + spec.name + " " + spec.type;
  if (!spec.from.empty()) text += " from " + spec.from;
  if (!spec.match.empty()) text += " match " + spec.match;
  if (!spec.fallback.is_null()) text += " default " + spec.fallback.text();
  return text + (spec.required ? " required" : "") + "\n";
}

std::string shown(const Runbook& runbook) {
  std::string text = "title " + runbook.title + "\nalerts " + base::join(runbook.alerts, ",") + "\n";
  text += "dedup " + runbook.dedup + "\nlocks " + base::join(runbook.locks, ",") + "\n";
  text += "deadline " + base::format_duration(runbook.deadline) + "\nchanges " + std::to_string(runbook.changes) + "\n";
  text += "mode " + runbook.mode + "\n";
  for (const ParamSpec& spec : runbook.params) text += shown(spec);
  return text;
}

class Declaration : public testing::TestWithParam<std::string> {};
TEST_P(Declaration, IsReadOrRefused) {
  std::ifstream file(kFolder + GetParam() + ".lua");
  std::string text, wanted, line;
  while (std::getline(file, line))
    (line.starts_with("--> ") ? wanted : text) += (line.starts_with("--> ") ? line.substr(4) : line) + "\n";
  const Source source{"pack/" + GetParam(), "runbooks"};
  script::Bundle bundle;
  bundle.main = source.name + ".lua";
  bundle.files = {{bundle.main, text}};
  base::ManualLoop loop;
  const auto declared = declare_here(source, bundle, loop);
  auto read = declared.ok() ? read_runbook(source, bundle, *declared) : base::Result<Runbook>(declared.error());
  std::string found = read.ok() ? shown(*read) : "";
  if (!read.ok())
    for (const std::string& error : base::split(read.error().text, '\n')) {
      EXPECT_TRUE(error.starts_with(source.path() + ":")) << error;
      found += "error " + error.substr(source.path().size() + 1) + "\n";
    }
  EXPECT_EQ(found, wanted);
}
INSTANTIATE_TEST_SUITE_P(Of, Declaration, testing::ValuesIn(declarations()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace reeve::runbook
