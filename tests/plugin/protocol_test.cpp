// sdk/PROTOCOL.md and its schema, against the example plugin and the engine's own words.
#include <sys/stat.h>

#include <cctype>

#include "model/json.h"
#include "plugin/fleet_rig.h"
#include "plugin/message.h"
#include "plugin/schema.h"

namespace reeve::plugin {
namespace {

using model::Value;
using testing::Folder;

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}
const std::string kRoot = REEVE_SOURCE_DIR;

testing::Schema schema() {
  auto parsed = model::parse_json(read_file(kRoot + "/sdk/schema/exec-protocol.json"));
  EXPECT_TRUE(parsed.ok());
  return testing::Schema(parsed.value_or(Value()));
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// The transcripts of the page: lines that begin with `> ` or `< `, one list for each code block.
std::vector<std::vector<std::string>> transcripts() {
  std::vector<std::vector<std::string>> out;
  std::istringstream page(read_file(kRoot + "/sdk/PROTOCOL.md"));
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "```") {
      inside = !inside;
      if (inside) out.emplace_back();
    } else if (inside) {
      out.back().push_back(line);
    }
  }
  return out;
}

/// The example plugin, talked to by hand.
class Spool {
 public:
  explicit Spool(testing::RealLoop& real)
      : real_(real), spawner_(child::make_spawner(std::string(REEVE_BUILD_DIR) + "/bin/reeve-child", real.loop())) {
    child::Command command;
    command.argv = {kRoot + "/examples/plugins/spool/spool"};
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    command.channel = child::Channel::kLines;
    auto made = spawner_->spawn(command, {[this](std::string_view line) { said_.emplace_back(line); },
                                          [](std::string_view line) { ADD_FAILURE() << line; }, nullptr});
    EXPECT_TRUE(made.ok());
    process_ = std::move(made).value();
  }
  void say(const std::string& line) { process_->send(line); }
  std::string hear() {
    const bool came = real_.until([this] { return said_.size() > heard_; });
    EXPECT_TRUE(came) << "the plugin says nothing";
    return came ? said_[heard_++] : "";
  }

 private:
  testing::RealLoop& real_;
  std::unique_ptr<child::Spawner> spawner_;
  std::unique_ptr<child::Process> process_;
  std::vector<std::string> said_;
  size_t heard_ = 0;
};

TEST(Protocol, TheTranscriptIsWhatIsSaid) {
  const testing::Schema rules = schema();
  const auto parts = transcripts();
  ASSERT_EQ(parts.size(), 3U);
  const Folder folder;
  const std::string file = folder.write("a.txt", "hello");
  const timespec times[2] = {{1700000000, 0}, {1700000000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  const auto dialect = make_lines();
  testing::RealLoop real;
  int said = 0;
  for (const auto& part : parts) {
    Spool spool(real);
    for (std::string line : part) {
      replace_all(line, "FOLDER", folder.path());
      const bool ours = line.starts_with("> ");
      ASSERT_TRUE(ours || line.starts_with("< ")) << line;
      line.erase(0, 2);
      if (ours) {
        spool.say(line);
        const bool known = line.find("dance") == std::string::npos;
        EXPECT_EQ(rules.judge(*model::parse_json(line), "to_plugin").empty(), known) << line;
        continue;
      }
      const std::string heard = spool.hear();
      EXPECT_EQ(rules.judge(model::parse_json(heard).value_or(Value()), "to_engine"), "") << heard;
      EXPECT_TRUE(dialect->decode(heard).ok()) << heard;
      if (const size_t at = line.find("MANIFEST"); at != std::string::npos) {
        EXPECT_EQ(heard.substr(0, at), line.substr(0, at));
      } else {
        EXPECT_EQ(heard, line);
      }
      ++said;
    }
  }
  EXPECT_GE(said, 18);
}

TEST(Protocol, TheEngineSpeaksByTheSchema) {
  const testing::Schema rules = schema();
  const auto dialect = make_lines();
  Request request;
  request.id = 3;
  request.lane = 1;
  request.instance = "spool/mail";
  request.config = Value::map().set("name", "mail");
  request.secrets = {{"token", "s"}};
  request.cursor = "1|a";
  request.action = "remove";
  request.key = "k";
  request.deadline = base::seconds(3);
  for (const Ask ask : {Ask::kHello, Ask::kCheck, Ask::kOpen, Ask::kCollect, Ask::kWatch, Ask::kPlan, Ask::kInvoke,
                        Ask::kProbe, Ask::kClose}) {
    request.ask = ask;
    const std::string line = dialect->encode(request);
    EXPECT_EQ(line.find("{\"id\":3,\"ask\":\"" + std::string(ask_name(ask)) + "\""), 0U) << line;
    EXPECT_EQ(rules.judge(*model::parse_json(line), "to_plugin"), "") << line;
    EXPECT_EQ(rules.judge(*model::parse_json(line), ask_name(ask)), "") << line;
  }
  EXPECT_EQ(rules.judge(*model::parse_json(dialect->cancel(3, 1)), "to_plugin"), "");
  EXPECT_EQ(rules.judge(*model::parse_json(dialect->credit(1, 2, "c")), "to_plugin"), "");
}

TEST(Protocol, TheSchemaRefusesWhatThePageForbids) {
  const testing::Schema rules = schema();
  for (const char* line :
       {R"({"id":0,"ask":"close"})", R"({"ask":"close"})",
        R"({"id":1,"ask":"open","lane":"driver","instance":"a","config":{},"secrets":{},"cursor":""})", R"({"id":1})",
        R"({"id":1,"ok":false})", R"({"id":1,"error":{"kind":"bad luck","text":"x"}})",
        R"({"id":1,"ok":true,"samples":[{"name":"bad name","value":1}]})",
        R"({"id":1,"ok":true,"samples":[{"name":"x"}]})", R"({"note":"event"})", R"({"note":"dance"})",
        R"({"id":1,"ok":true,"protocol":2,"manifest":{"name":"x","version":"1"}})"}) {
    const Value value = *model::parse_json(line);
    EXPECT_NE(rules.judge(value, "to_plugin"), "") << line;
    EXPECT_NE(rules.judge(value, "to_engine"), "") << line;
  }
}

TEST(Protocol, ManifestsOfTheWrapperFitTheSchema) {
  const testing::Schema rules = schema();
  const Folder folder;
  testing::build_plugin("examples/plugins/loadavg/loadavg.cpp", folder.path(), "loadavg");
  testing::build_plugin("tests/plugin/wrapper/everything.cc", folder.path(), "everything");
  testing::FleetRig rig({folder.path()});
  rig.run("- loadavg: {}\n- everything: {}");
  for (const char* instance : {"loadavg/local", "everything/local"})
    EXPECT_EQ(rules.judge(rig.fleet->manifest(instance)->raw, "manifest"), "") << instance;
}

TEST(Protocol, MessagesAreReadOrRefused) {
  const auto dialect = make_lines();
  struct Case {
    const char* line;
    bool ok;
  };
  const Case cases[] = {
      {R"({"id":7,"ok":true})", true},
      {R"({"id":7,"ok":true,"more":[1,2,{"x":null}]})", true},
      {R"({"note":"log","level":"warn","text":"x"})", true},
      {R"({"note":"log"})", true},
      {R"({"note":"event","type":"a.b"})", true},
      {R"({"note":"something new"})", true},
      {R"({"ok":true})", false},
      {R"({"id":"7"})", false},
      {R"([])", false},
      {R"(7)", false},
      {"", false},
      {"Traceback (most recent call last):", false},
  };
  for (const Case& c : cases) EXPECT_EQ(dialect->decode(c.line).ok(), c.ok) << c.line;
}

TEST(Protocol, SamplesInALineAreChecked) {
  const auto dialect = make_lines();
  const auto fault = [&](const std::string& samples) {
    const auto told = dialect->decode(R"({"id":1,"ok":true,"samples":[)" + samples + "]}");
    EXPECT_TRUE(told.ok());
    return told->fault.ok() ? std::string() : told->fault.error().text;
  };
  EXPECT_EQ(fault(R"({"name":"a","value":1},{"name":"b","value":"NaN","labels":{"x":"y","n":3},"at_ms":5})"), "");
  EXPECT_EQ(fault(R"({"name":"a","value":1},{"name":"1b","value":1})"), "no metric name: \"1b\"");
  EXPECT_EQ(fault(R"({"name":"a"})"), "the sample a has no value");
  EXPECT_EQ(fault(R"({"name":"a","value":1,"labels":{"__name__":"b"}})"), "no label name: \"__name__\" on \"a\"");
  EXPECT_EQ(fault(R"({"name":"a","value":1,"labels":{"x":")" + std::string(5000, 'y') + "\"}}"),
            "the label \"x\" of \"a\" is longer than 4 KiB");
  const auto told =
      dialect->decode(R"({"id":1,"ok":true,"samples":[{"name":"a","value":"-Inf","labels":{"n":3},"at_ms":5}]})");
  ASSERT_EQ(told->samples.size(), 1U);
  EXPECT_EQ(told->samples[0].labels.text(), "a{n=\"3\"}");
  EXPECT_EQ(told->samples[0].value, -HUGE_VAL);
  EXPECT_EQ(told->samples[0].at_ms, 5);
}

}  // namespace
}  // namespace reeve::plugin
