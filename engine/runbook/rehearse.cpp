// `reeve test` for runbooks: finding the tests, playing their cases, saying how it went.
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "runbook/rehearsal/play.h"

namespace reeve::runbook {

namespace fs = std::filesystem;
using base::Result;

namespace {
constexpr std::string_view kSuffix = "_test.lua";

Result<std::vector<std::string>> find_tests(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    std::error_code problem;
    if (!fs::is_directory(path, problem)) {
      if (!path.ends_with(kSuffix))
        return base::invalid(path + ": a test of a runbook is called NAME" + std::string(kSuffix));
      found.push_back(path);
      continue;
    }
    std::vector<std::string> here;
    for (fs::recursive_directory_iterator each(path, problem), end; !problem && each != end; each.increment(problem))
      if (each->is_regular_file() && each->path().string().ends_with(kSuffix)) here.push_back(each->path().string());
    if (problem) return base::Error{base::Fault::kNotFound, path + ": cannot be read: " + problem.message()};
    std::sort(here.begin(), here.end());
    found.insert(found.end(), here.begin(), here.end());
  }
  return found;
}

Result<TestFile> load_test(const Source& source) {
  REEVE_TRY(const script::Bundle bundle, make_bundle(source));
  base::ManualLoop loop;
  REEVE_TRY(const script::Declared declared, declare_here(source, bundle, loop));
  return read_test(source, declared);
}

Result<Runbook> load_runbook(const Source& source) {
  REEVE_TRY(const script::Bundle bundle, make_bundle(source));
  base::ManualLoop loop;
  REEVE_TRY(const script::Declared declared, declare_here(source, bundle, loop));
  return read_runbook(source, bundle, declared);
}

/// Counts and prints what the cases of all files come to.
class Report {
 public:
  explicit Report(std::ostream& out) : out_(out) {}

  void file(const std::string& path) {
    const Source source = source_of(path);
    const auto test = load_test(source);
    if (!test.ok()) return broken(test.error().text);
    const auto runbook = load_runbook({test->runbook, source.folder});
    if (!runbook.ok()) return broken(runbook.error().text);
    for (const Case& one : test->cases) play(one, *runbook);
  }
  void broken(const std::string& why) {
    ++failed_;
    out_ << why << '\n';
  }
  int exit() const {
    out_ << cases_ << (cases_ == 1 ? " case of runbooks, " : " cases of runbooks, ")
         << (failed_ == 0 ? "all passed" : std::to_string(failed_) + " failed") << '\n';
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void play(const Case& one, const Runbook& runbook) {
    ++cases_;
    Play play(one, runbook);
    play.begin();
    play.finish();
    std::vector<std::string> problems = differences(one, play.seen());
    if (problems.empty() && one.crash) problems = crash_problems(one, runbook);
    out_ << (problems.empty() ? "ok    " : "FAIL  ") << runbook.name << ": " << one.name << '\n';
    for (const std::string& problem : problems) out_ << "  " << problem << '\n';
    if (!problems.empty()) ++failed_;
  }

  std::ostream& out_;
  int cases_ = 0, failed_ = 0;
};
}  // namespace

int test_runbooks(const std::vector<std::string>& paths, std::ostream& out) {
  Report report(out);
  const auto files = find_tests(paths);
  if (!files.ok()) return report.broken(files.error().text), 1;
  for (const std::string& file : *files) report.file(file);
  return report.exit();
}

}  // namespace reeve::runbook
