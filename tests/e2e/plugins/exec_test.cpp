#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "common/net/deadline.h"
#include "common/procfs/files.h"
#include "e2e/plugins/loaded.h"

namespace reeve::e2e {
namespace {

Json instance() {
  return Json::map().set("name", "tools");
}
Json texts(const std::vector<std::string>& list) {
  return Json::texts(list);
}

class Nagios : public testing::Test {
 protected:
  static void SetUpTestSuite() { peer = std::make_unique<Peer>("nagios_plugins.py"); }
  static void TearDownTestSuite() { peer.reset(); }
  void SetUp() override {
    if (!peer->missing().empty()) GTEST_SKIP() << peer->missing();
  }
  static std::string program(const std::string& name) { return peer->at("FOLDER") + "/" + name; }
  static Outcome collect(const std::vector<std::string>& check) {
    Loaded plugin("exec", instance().set("check", texts(check)));
    EXPECT_EQ(plugin.check(), "");
    return plugin.collect();
  }
  static std::unique_ptr<Peer> peer;
};
std::unique_ptr<Peer> Nagios::peer;

TEST_F(Nagios, LoadIsMeasured) {
  Outcome outcome = collect({program("check_load"), "-w", "1000,900,800", "-c", "2000,1900,1800"});
  EXPECT_EQ(outcome.value("exec_exit_code", {{"check", "tools"}}), 0);
  EXPECT_GE(outcome.value("exec_perfdata", {{"label", "load1"}}), 0);
  EXPECT_EQ(outcome.value("exec_perfdata_threshold", {{"label", "load1"}, {"level", "warning"}, {"bound", "high"}}),
            1000);
  EXPECT_GT(outcome.value("exec_duration_seconds"), 0);
  EXPECT_EQ(outcome.value("exec_timed_out"), 0);
}

TEST_F(Nagios, AFullDiskIsCriticalAndInBytes) {
  Outcome outcome = collect({program("check_disk"), "-w", "100%", "-c", "100%", "-p", "/"});
  EXPECT_EQ(outcome.value("exec_exit_code"), 2);
  double used = outcome.value("exec_perfdata", {{"label", "/"}, {"unit", "bytes"}});
  double room = outcome.value("exec_perfdata_max", {{"label", "/"}});
  EXPECT_GT(used, 1 << 20);
  EXPECT_GT(room, used);
}

TEST_F(Nagios, EachStateComesThrough) {
  for (int code = 0; code < 4; ++code) {
    Outcome outcome = collect({program("check_dummy"), std::to_string(code), "text"});
    EXPECT_EQ(outcome.value("exec_exit_code"), code);
  }
}

TEST_F(Nagios, ProcsSwapUsersAndHttpAreRead) {
  Peer server("http_server.py");
  std::string port = server.at("ADDRESS").substr(server.at("ADDRESS").rfind(':') + 1);
  Json checks = Json::map();
  checks.set("procs", texts({program("check_procs"), "-w", "10000", "-c", "20000"}));
  checks.set("users", texts({program("check_users"), "-w", "1000", "-c", "2000"}));
  checks.set("http", Json::map().set(
                         "argv", texts({program("check_http"), "-I", "127.0.0.1", "-p", port, "-u", "/status/200"})));
  checks.set("refused", texts({program("check_tcp"), "-H", "127.0.0.1", "-p", "1"}));
  Loaded plugin("exec", instance().set("checks", checks));
  Outcome outcome = plugin.collect();
  EXPECT_EQ(outcome.value("exec_exit_code", {{"check", "procs"}}), 0);
  EXPECT_GT(outcome.value("exec_perfdata", {{"check", "procs"}, {"label", "procs"}}), 5);
  EXPECT_EQ(outcome.value("exec_exit_code", {{"check", "users"}}), 0);
  EXPECT_EQ(outcome.value("exec_exit_code", {{"check", "http"}}), 0);
  EXPECT_GT(outcome.value("exec_perfdata", {{"check", "http"}, {"label", "time"}, {"unit", "seconds"}}), 0);
  EXPECT_EQ(outcome.value("exec_exit_code", {{"check", "refused"}}), 2);
  Outcome now = plugin.invoke("check", Json::map().set("name", "http"));
  EXPECT_EQ(now.answer["state"].text(), "ok");
  EXPECT_TRUE(now.answer["text"].text().starts_with("HTTP OK")) << now.answer.dump();
}

class Exec : public testing::Test {
 protected:
  std::string script(const std::string& name, const std::string& text) {
    return folder.write(name, "#!/bin/sh\n" + text + "\n", 0755);
  }
  static Json action(const std::vector<std::string>& argv) { return Json::map().set("argv", texts(argv)); }
  Loaded with(const std::string& name, Json action) {
    return Loaded("exec", instance().set("actions", Json::map().set(name, std::move(action))));
  }
  Folder folder;
};

TEST_F(Exec, OneCheckThatHangsHidesNoOther) {
  Json checks = Json::map();
  checks.set("hangs", texts({script("hangs", "echo started; sleep 1000")}));
  checks.set("missing", texts({folder.path() + "/nothing"}));
  checks.set("dies", texts({script("dies", "kill -9 $$")}));
  checks.set("works", texts({script("works", "echo 'fine | a=1'")}));
  Loaded plugin("exec", instance().set("checks", checks).set("timeout", "300ms"));
  int64_t from = common::boot_ms();
  Outcome outcome = plugin.collect();
  EXPECT_LT(common::boot_ms() - from, 3000);
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(outcome.value("exec_perfdata", {{"check", "works"}, {"label", "a"}}), 1);
  EXPECT_EQ(outcome.value("exec_timed_out", {{"check", "hangs"}}), 1);
  for (const char* broken : {"hangs", "missing", "dies"}) {
    EXPECT_EQ(outcome.value("exec_exit_code", {{"check", broken}}), 3) << broken;
  }
}

TEST_F(Exec, HostileOutputStaysALabel) {
  Loaded plugin("exec",
                instance().set("check", texts({script("bad", "printf 'x | \\377\\n\\001=1 a\\033b=2 %0300d=3'")})));
  Outcome outcome = plugin.collect();
  for (const Seen& sample : outcome.samples) {
    for (const auto& [name, value] : sample.labels) {
      EXPECT_LE(value.size(), 256U);
      for (char c : value) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20) << value;
    }
  }
}

TEST_F(Exec, ActionsComeFromTheConfiguration) {
  Json fix = action({"/bin/true"});
  fix.set("plan", texts({"/bin/echo", "svc/a"}))
      .set("probe", texts({"/bin/true"}))
      .set("settles", "5s")
      .set("doc", "Fixes it.");
  Json config = instance().set("actions", Json::map()
                                              .set("fix", fix)
                                              .set("look", action({"/bin/df"}).set("effect", "read"))
                                              .set("mail", action({"/bin/true"}).set("args", texts({"to"}))));
  Loaded plugin("exec", config);
  ASSERT_EQ(plugin.check(), "");
  std::map<std::string, Json> actions;
  Json manifest = plugin.manifest_for();
  for (const Json& each : manifest["actions"].items()) actions[each["name"].text()] = each;
  ASSERT_EQ(actions.size(), 4U);
  EXPECT_EQ(actions["fix"]["class"].text(), "probed");
  EXPECT_EQ(actions["fix"]["effect"].text(), "change");
  EXPECT_EQ(actions["fix"]["settles_ms"].integer(), 5000);
  EXPECT_TRUE(actions["fix"]["plan"].boolean());
  EXPECT_TRUE(actions["fix"]["probe"].boolean());
  EXPECT_EQ(actions["look"]["class"].text(), "read");
  EXPECT_EQ(actions["mail"]["class"].text(), "once");
  EXPECT_FALSE(actions["mail"]["probe"].boolean());
  EXPECT_EQ(actions["mail"]["arguments"].items()[0]["name"].text(), "to");
  EXPECT_EQ(plugin.manifest()["actions"].size(), 1U) << "without a configuration there is only check";
}

TEST_F(Exec, RunsAnActionWithItsArgumentsAsWordsAndEnvironment) {
  std::string program =
      script("show", "echo \"$# $1 $2 $REEVE_ARG_HOST $REEVE_ACTION $REEVE_KEY $(pwd)\"; echo to err >&2");
  Loaded plugin = with("show", action({program, "fixed"}).set("args", texts({"host"})));
  Outcome outcome = plugin.invoke("show", Json::map().set("host", "db-1"));
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(outcome.answer["out"].text(), "2 fixed db-1 db-1 show key-1 /\n");
  EXPECT_EQ(outcome.answer["err"].text(), "to err\n");
  EXPECT_EQ(plugin.invoke("show", Json::map()).result, REEVE_INVALID) << "an argument is missing";
  EXPECT_EQ(plugin.invoke("other", Json::map()).result, REEVE_INVALID) << "it is not on the list";
}

TEST_F(Exec, LetsNoArgumentBeMoreThanAWord) {
  std::string witness = folder.path() + "/escaped";
  Loaded plugin = with("show", action({script("show", "echo \"$#:$1\"")}).set("args", texts({"host"})));
  for (std::string bad :
       {"; touch " + witness, "$(touch " + witness + ")", "`touch " + witness + "`", std::string("-rf"),
        std::string("a b"), std::string("a\nb"), std::string("a\0b", 3), std::string(""), std::string("../x"),
        std::string("a'b"), std::string(200, 'a'), std::string("\xff")}) {
    EXPECT_EQ(plugin.invoke("show", Json::map().set("host", bad)).result, REEVE_INVALID) << bad;
  }
  // Even where the configuration allows anything, it stays one word.
  Json any = Json::map().set("host", Json::map().set("match", ".*"));
  Loaded loose = with("show", action({script("show2", "printf '%s:%s' \"$#\" \"$1\"")}).set("args", any));
  for (const char* value : {"; touch x", "$(id)", "a b  c", "-n", "'\"\\", "*"}) {
    EXPECT_EQ(loose.invoke("show", Json::map().set("host", value)).answer["out"].text(), "1:" + std::string(value));
  }
  EXPECT_EQ(access(witness.c_str(), F_OK), -1);
}

TEST_F(Exec, PlansTargetsALine) {
  std::string plan = script("plan", "echo svc/a; echo; echo '  svc/b '; echo noise >&2");
  Loaded plugin = with("fix", action({"/bin/true", "x"}).set("plan", texts({plan})));
  Outcome outcome = plugin.plan("fix", Json::map());
  ASSERT_TRUE(outcome.ok()) << outcome.error;
  EXPECT_EQ(outcome.answer["targets"], texts({"svc/a", "svc/b"}));
  EXPECT_EQ(outcome.answer["preview"].text(), "would run /bin/true x");
  EXPECT_EQ(with("fix", action({"/bin/true"}).set("plan", texts({"/bin/true"}))).plan("fix", Json::map()).result,
            REEVE_NOT_FOUND)
      << "an empty list is an error";
  std::string broken = script("broken", "echo why >&2; exit 77");
  Outcome denied = with("fix", action({"/bin/true"}).set("plan", texts({broken}))).plan("fix", Json::map());
  EXPECT_EQ(denied.result, REEVE_DENIED);
  EXPECT_EQ(denied.error, "fix: its plan: exit 77: why");
  std::string binary = script("binary", "printf 'a\\001b\\n'");
  EXPECT_EQ(with("fix", action({"/bin/true"}).set("plan", texts({binary}))).plan("fix", Json::map()).result,
            REEVE_INVALID);
}

TEST_F(Exec, ProbesByExitCode) {
  for (auto [code, state] : std::initializer_list<std::pair<int, const char*>>{
           {0, "done"}, {1, "not_started"}, {2, "running"}, {3, "unknown"}, {127, "unknown"}}) {
    std::string probe = script("probe" + std::to_string(code), "exit " + std::to_string(code));
    Loaded plugin = with("fix", action({"/bin/true"}).set("probe", texts({probe})));
    EXPECT_EQ(plugin.probe("fix", Json::map(), "").answer["state"].text(), state);
  }
}

TEST_F(Exec, TellsAFailureFromAnUnknownOutcome) {
  struct Row {
    const char* text;
    const char* effect;
    int fault;
  };
  int n = 0;
  for (const Row& row : std::initializer_list<Row>{{"exit 1", "change", REEVE_CONFLICT},
                                                   {"exit 75", "change", REEVE_TRANSIENT},
                                                   {"exit 64", "change", REEVE_INVALID},
                                                   {"kill -9 $$", "change", REEVE_UNKNOWN_OUTCOME},
                                                   {"sleep 1000", "change", REEVE_UNKNOWN_OUTCOME},
                                                   {"sleep 1000", "read", REEVE_TIMEOUT}}) {
    Json act =
        action({script("act" + std::to_string(++n), row.text)}).set("effect", row.effect).set("timeout", "300ms");
    Loaded plugin = with("act", act);
    Outcome outcome = plugin.invoke("act", Json::map());
    EXPECT_EQ(outcome.result, row.fault) << row.text << ": " << outcome.error;
  }
  EXPECT_EQ(with("act", action({folder.path() + "/nothing"})).invoke("act", Json::map()).result, REEVE_NOT_FOUND);
}

TEST(ExecAlone, SaysWhatIsWrongWithItsConfiguration) {
  auto with_action = [](const std::string& name, Json action) {
    return instance().set("actions", Json::map().set(name, std::move(action)));
  };
  Json run = Json::map().set("argv", texts({"/bin/true"}));
  Json copy = run;
  struct Row {
    Json config;
    const char* why;
  };
  const Row rows[] = {
      {instance(), "nothing to run"},
      {instance().set("check", "check_load -w 1"), "must be a list"},
      {instance().set("check", texts({"check_load"})), "no absolute path"},
      {instance().set("checks", Json::map().set("a", Json::map().set("argw", 1))), "unknown field \"argw\""},
      {with_action("fix", Json::map()), "must be a list"},
      {with_action("Fix it", run), "no name of an action"},
      {with_action("check", run), "check is taken"},
      {with_action("fix", (copy = run).set("class", "probed")), "needs a probe"},
      {with_action("fix", (copy = run).set("class", "twice")), "must be read, idempotent"},
      {with_action("fix", (copy = run).set("effect", "read").set("class", "once")), "must both be read"},
      {with_action("fix", (copy = run).set("settles", "soon")), "must be a duration"},
      {with_action("fix", (copy = run).set("args", texts({"A-B"}))), "no name of an argument"},
      {with_action("fix", (copy = run).set("args", Json::map().set("a", Json::map().set("match", "(")))), "no regular"},
      {with_action(
           "fix",
           (copy = run).set("args", Json::map().set("a", Json::map().set("required", false)).set("b", Json::map()))),
       "follows one that is not"},
  };
  for (const Row& row : rows) {
    std::string error = Loaded("exec", row.config).check();
    EXPECT_NE(error.find(row.why), std::string::npos) << row.why << " in: " << error;
  }
}

}  // namespace
}  // namespace reeve::e2e
