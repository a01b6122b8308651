// What people write: begun by `new`, checked, tested; and the words that shells complete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <set>

#include "cli/grammar.h"
#include "unit/cli/fixture.h"

namespace reeve::cli {
namespace {

namespace fs = std::filesystem;
using test::Place;
using test::Said;
using testing::HasSubstr;
using testing::Not;

/// A command of the shell: what it printed, and its exit code as the last line.
std::string shell(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1; echo exit $?").c_str(), "r");
  for (char chunk[4096]; fgets(chunk, sizeof chunk, pipe);) out += chunk;
  pclose(pipe);
  return out;
}

using Content = test::InFolder;

TEST_F(Content, ANewRuleChecksAndItsTestPasses) {
  const Said made = place.run({"new", "rule", "service-down"});
  EXPECT_EQ(made.exit, kOk) << made.err;
  EXPECT_EQ(made.out,
            "wrote rules/service-down.yaml\nwrote rules/service-down_test.yaml\nnext:\n"
            "  reeve test rules rules/service-down_test.yaml\n");
  const Said checked = place.run({"check", "rules/service-down.yaml"});
  EXPECT_EQ(checked.exit, kOk) << checked.out << checked.err;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"test", "rules", "rules/service-down_test.yaml"},
        {"test"},
        {"test", "rules"},
        {"test", "rules/"},
        {"check", "rules"},
        {"check", "rules", "rules/service-down.yaml"},
        {"check"}}) {
    const Said said = place.run(arguments);
    EXPECT_EQ(said.exit, kOk) << base::join(arguments, " ") << "\n" << said.out << said.err;
  }
}

TEST_F(Content, ATestOfARuleThatIsBrokenFails) {
  place.run({"new", "rule", "x"});
  std::stringstream text;
  text << std::ifstream("rules/x.yaml").rdbuf();
  std::string changed = text.str();
  changed.replace(changed.find("up == 0"), 7, "up == 2");
  write("rules/x.yaml", changed);
  EXPECT_EQ(place.run({"test", "rules", "rules/x_test.yaml"}).exit, kFailure);
  EXPECT_EQ(place.run({"test"}).exit, kFailure);
}

TEST_F(Content, NothingThatIsThereIsOverwritten) {
  write("rules/x.yaml", "mine\n");
  const Said said = place.run({"new", "rule", "x"});
  EXPECT_EQ(said.exit, kFailure);
  EXPECT_THAT(said.err, HasSubstr("rules/x.yaml is there already; nothing was written"));
  EXPECT_FALSE(fs::exists("rules/x_test.yaml"));
}

TEST_F(Content, NamesAreNames) {
  for (const char* name : {"", "../x", "a/b", "-x", "a b", "1x", "x;y"}) {
    const Said said = place.run({"new", "rule", "--", name});
    EXPECT_EQ(said.exit, kUsage) << name;
  }
  EXPECT_EQ(place.run({"new", "rule", "x", "--lang", "sh"}).exit, kUsage);
  EXPECT_FALSE(fs::exists("rules"));
}

constexpr char kAsked[] =
    "{\"id\":1,\"ask\":\"hello\",\"protocol\":1}\n"
    "{\"id\":2,\"ask\":\"check\",\"config\":{}}\n"
    "{\"id\":3,\"ask\":\"open\",\"lane\":\"collector\",\"config\":{}}\n"
    "{\"note\":\"cancel\",\"id\":9}\n"
    "{\"id\":4,\"ask\":\"collect\",\"deadline_ms\":1000}\n"
    "{\"id\":5,\"ask\":\"dance\"}\n";

void expect_answers(const std::string& said, const std::string& name) {
  std::vector<model::Value> lines;
  for (const std::string& line : base::split(said, '\n'))
    if (auto value = model::parse_json(line); value.ok() && value->is_map()) lines.push_back(*value);
  ASSERT_EQ(lines.size(), 5U) << said;
  for (size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i]["id"].as_int(), static_cast<int64_t>(i) + 1);
  EXPECT_EQ(lines[0]["protocol"].as_int(), 1);
  EXPECT_EQ(lines[0]["manifest"]["name"].as_string(), name);
  EXPECT_TRUE(lines[1]["error"].is_null());
  ASSERT_EQ(lines[3]["samples"].as_list().size(), 1U) << said;
  EXPECT_EQ(lines[3]["samples"].as_list()[0]["name"].as_string(), "my_load_load1");
  EXPECT_TRUE(lines[3]["samples"].as_list()[0]["value"].is_number());
  EXPECT_EQ(lines[4]["error"]["kind"].as_string(), "invalid");
}

TEST_F(Content, ANewPythonPluginSpeaksTheProtocol) {
  if (shell("command -v python3").find("exit 0") == std::string::npos) GTEST_SKIP() << "no python3 here";
  ASSERT_EQ(place.run({"new", "plugin", "my-load", "--lang", "python"}).exit, kOk);
  write("asked", kAsked);
  expect_answers(shell("plugins/my-load/my-load < asked"), "my-load");
}

TEST_F(Content, ANewShellPluginSpeaksTheProtocol) {
  ASSERT_EQ(place.run({"new", "plugin", "my-load", "--lang", "sh"}).exit, kOk);
  write("asked", kAsked);
  expect_answers(shell("plugins/my-load/my-load < asked"), "my-load");
}

TEST_F(Content, ANewCppPluginCompilesAndHasItsSymbol) {
  ASSERT_EQ(place.run({"new", "plugin", "my-load"}).exit, kOk);
  const std::string made =
      shell(std::string("make -C plugins/my-load REEVE_SDK=") + REEVE_SOURCE_DIR + "/sdk/include CXX=g++");
  EXPECT_THAT(made, HasSubstr("exit 0")) << made;
  EXPECT_THAT(shell("nm -D plugins/my-load/my-load.so"), HasSubstr("reeve_plugin_v1"));
}

TEST_F(Content, ChecksTakeEachKindToItsJudge) {
  write("reeve.yaml", "plugins: []\n");
  write("runbooks/a.lua", "return runbook {}\n");
  std::vector<std::string> judged;
  place.commands.check_config = [&](const std::string& path, bool strict, std::ostream&, std::ostream&) {
    judged.push_back("config " + path + (strict ? " strict" : ""));
    return int{kLint};
  };
  place.commands.check_runbooks = [&](const std::vector<std::string>& paths, bool, std::ostream&, std::ostream&) {
    judged.push_back("runbooks " + base::join(paths, " "));
    return int{kFailure};
  };
  EXPECT_EQ(place.run({"check"}).exit, kLint);
  const Said both = place.run({"check", "--strict", "reeve.yaml", "runbooks"});
  EXPECT_EQ(both.exit, kFailure) << both.err;  // the worse of both
  EXPECT_THAT(judged, testing::ElementsAre("config reeve.yaml", "config reeve.yaml strict", "runbooks runbooks/a.lua"));
}

TEST_F(Content, AFolderNamedAsACommandIsNeverSilentlyLeftOut) {
  write("r.yaml", "groups: []\n");
  write("rules/s.yaml", "groups: []\n");
  const Said said = place.run({"check", "r.yaml", "rules"});
  EXPECT_EQ(said.exit, kUsage);
  EXPECT_EQ(said.err,
            "reeve: \"rules\" is a command; a folder of that name is \"rules/\"\nTry: reeve check rules --help\n");
  EXPECT_EQ(place.run({"check", "r.yaml", "rules/"}).exit, kOk);
  EXPECT_EQ(place.run({"check", "rules", "r.yaml", "rules/s.yaml"}).exit, kOk) << "promtool's spelling, two files";
}

TEST_F(Content, ChecksSayWhatTheyCannotRead) {
  EXPECT_EQ(place.run({"check"}).exit, kUsage);
  EXPECT_EQ(place.run({"check", "none"}).exit, kNotFound);
  write("x.yaml", "a: [\n");
  const Said said = place.run({"check", "x.yaml"});
  EXPECT_EQ(said.exit, kFailure);
  EXPECT_THAT(said.err, HasSubstr("x.yaml:"));
  write("y.yaml", "nothing: known\n");
  EXPECT_EQ(place.run({"check", "y.yaml"}).exit, kUsage);
  EXPECT_EQ(place.run({"check", "--config", "none.yaml"}).exit, kNotFound);
}

TEST_F(Content, LintFindingsCountOnlyWhenStrict) {
  // Two rules of the same name and labels are a finding.
  write("r.yaml", "groups:\n- name: g\n  rules:\n  - {record: 'a:b', expr: up}\n  - {record: 'a:b', expr: up}\n");
  EXPECT_EQ(place.run({"check", "r.yaml"}).exit, kOk);
  EXPECT_EQ(place.run({"check", "r.yaml", "--strict"}).exit, kLint);
  EXPECT_EQ(place.run({"check", "rules", "r.yaml", "--lint-fatal"}).exit, kLint);
  EXPECT_EQ(place.run({"check", "rules", "r.yaml", "--lint", "none", "--lint-fatal"}).exit, kOk);
}

TEST_F(Content, TestsTakeEachKindToItsJudge) {
  EXPECT_EQ(place.run({"test"}).exit, kNotFound);
  write("runbooks/a_test.lua", "");
  write("plugins/p/testcases/one/config.yaml", "");
  EXPECT_EQ(place.run({"test"}).exit, kFailure);  // nobody here can run them
  std::vector<std::string> judged;
  place.commands.test_runbooks = [&](const std::vector<std::string>& paths, std::ostream&, std::ostream&) {
    judged.push_back(base::join(paths, " "));
    return 0;
  };
  place.commands.test_plugins = place.commands.test_runbooks;
  EXPECT_EQ(place.run({"test"}).exit, kOk);
  EXPECT_THAT(judged, testing::ElementsAre("runbooks/a_test.lua", "plugins/p"));
}

TEST_F(Content, PromqlAnswersLineByLine) {
  place.input =
      "{\"op\":\"append\",\"labels\":{\"__name__\":\"x\"},\"samples\":[[0,1]]}\nnonsense\n"
      "{\"op\":\"instant\",\"expr\":\"x+1\",\"time\":0}";
  const Said said = place.run({"promql", "--stdio"});
  EXPECT_EQ(said.exit, kOk);
  const auto lines = base::split(said.out, '\n');
  ASSERT_EQ(lines.size(), 4U) << said.out;  // the last is what follows the last newline
  EXPECT_THAT(lines[0], HasSubstr("success"));
  EXPECT_THAT(lines[1], HasSubstr("error"));
  EXPECT_THAT(lines[2], HasSubstr("\"2\""));
}

TEST_F(Content, BashCompletesCommandsOptionsAndChoices) {
  const Said said = place.run({"completion", "bash"});
  ASSERT_EQ(said.exit, kOk);
  write("c.bash", said.out);
  ASSERT_EQ(shell("bash -n c.bash"), "exit 0\n");
  const auto words = [](const std::string& array, int at) {
    return shell("bash -c 'source ./c.bash; COMP_WORDS=(" + array + "); COMP_CWORD=" + std::to_string(at) +
                 "; _reeve; echo \"${COMPREPLY[@]}\"'");
  };
  EXPECT_THAT(words("reeve sta", 1), HasSubstr("status"));
  EXPECT_THAT(words("reeve audit ver", 2), HasSubstr("verify"));
  EXPECT_THAT(words("reeve audit list --cor", 3), HasSubstr("--correlation"));
  EXPECT_THAT(words("reeve --state x audit list --ki", 5), HasSubstr("--kind"));
  EXPECT_THAT(words("reeve new ru", 2), HasSubstr("rule runbook"));
  EXPECT_THAT(words("reeve demo-s", 1), Not(HasSubstr("demo-service")));
}

TEST_F(Content, EveryShellKnowsEveryCommand) {
  for (const char* name : {"bash", "zsh", "fish"}) {
    const std::string script = place.run({"completion", name}).out;
    for (const Command& command : grammar()) {
      if (command.hidden) continue;
      EXPECT_THAT(script, HasSubstr(command.word())) << name;
    }
  }
  EXPECT_THAT(place.run({"completion", "zsh"}).out, HasSubstr("bashcompinit"));
}

TEST(Grammar, IsWellFormed) {
  std::set<std::string> seen;
  for (const Command& command : grammar()) {
    EXPECT_TRUE(seen.insert(command.path).second) << command.path;
    EXPECT_TRUE(command.parent().empty() || seen.contains(command.parent())) << command.path;
    EXPECT_FALSE(command.help.empty()) << command.path;
    std::set<std::string> names;
    for (const Option& option : command.options) EXPECT_TRUE(names.insert(option.key()).second) << command.path;
  }
  for (const char* word :
       {"serve",  "status", "check",   "test",   "new",        "run",    "query",  "alerts",  "runs",
        "events", "logs",   "approve", "deny",   "silences",   "halt",   "audit",  "explain", "backtest",
        "plugin", "import", "demo",    "doctor", "completion", "export", "promql", "scale",   "aws"})
    EXPECT_TRUE(seen.contains(word)) << word;
}

TEST(Grammar, EveryCommandHasHelpAndRefusesUnknownOptions) {
  Place place(Place::Engine::kNone);
  for (const Command& command : grammar()) {
    if (command.takes_anything) continue;
    std::vector<std::string> arguments = base::split(command.path, ' ');
    arguments.push_back("--help");
    const Said help = place.run(arguments);
    EXPECT_EQ(help.exit, kOk) << command.path;
    EXPECT_THAT(help.out, HasSubstr("Usage: reeve " + command.path)) << command.path;
    arguments.back() = "--no-such-option";
    EXPECT_EQ(place.run(arguments).exit, kUsage) << command.path;
  }
}

}  // namespace
}  // namespace reeve::cli
