// The worker's side of the protocol: every frame gets its one answer, and no frame whatever does more than end the
// worker.
#include <gmock/gmock.h>

#include <random>

#include "model/msgpack.h"
#include "unit/script/harness.h"

namespace reeve::script {
namespace {
using model::Value;
using testing::ElementsAre;
using testing::IsEmpty;

std::string bundle_of(const std::string& body) {
  Bundle made;
  made.main = "pack/test.lua";
  made.files = {{made.main, ScriptHarness::body(body)}};
  return made.to_bytes();
}

struct CoreTest : testing::Test {
  std::vector<std::string> sent;
  Core core{[this](const std::string& frame) { sent.push_back(model::to_json(model::parse_msgpack(frame).value())); }};

  /// A frame as JSON; BUNDLE stands for the bytes of a script. \return what was sent, or "ends".
  std::vector<std::string> tell(std::string json, const std::string& body = "run:note 'x' return 'done'") {
    sent.clear();
    std::string quoted;
    model::append_json_string(quoted, bundle_of(body));
    if (const size_t at = json.find("BUNDLE"); at != std::string::npos) json.replace(at, 6, quoted);
    const auto frame = model::parse_json(json);
    EXPECT_TRUE(frame.ok()) << json;
    if (!core.on_message(model::to_msgpack(*frame))) return {"ends"};
    return sent;
  }
};

TEST_F(CoreTest, GreetsWithItsVersion) {
  core.hello();
  EXPECT_THAT(sent, ElementsAre("[\"hello\"," + std::to_string(kProtocolVersion) + "]"));
}

TEST_F(CoreTest, AnswersEachFrameOnce) {
  EXPECT_THAT(tell(R"(["start","r",{"bundle":BUNDLE,"params":{},"alert":null,"level":1,"now":0}])"),
              ElementsAre(R"(["turn","r",[["call","1","note","x",{},2]]])"));
  EXPECT_THAT(tell(R"(["answer","r","9",true,null,0])"), ElementsAre(R"(["turn","r",[]])"));
  EXPECT_THAT(tell(R"(["check","r","1",0])"), ElementsAre(R"(["turn","r",[]])"));
  EXPECT_THAT(tell(R"(["answer","r","1",true,null,0])"),
              ElementsAre(R"(["turn","r",[["ended","main","done","done",0]]])"));
  EXPECT_THAT(tell(R"(["clean_up","r",0])"), ElementsAre(R"(["turn","r",[["ended","cleanup","done","",0]]])"));
  EXPECT_THAT(tell(R"(["drop","r"])"), IsEmpty());
  EXPECT_THAT(tell(R"(["answer","r","1",true,null,0])"), ElementsAre(R"(["turn","r",[]])"));
  EXPECT_EQ(core.runs(), 0u);
}

TEST_F(CoreTest, ARunThatIsStartedAgainBeginsAnew) {
  const std::string start = R"(["start","r",{"bundle":BUNDLE,"params":{},"now":0}])";
  tell(start);
  tell(R"(["answer","r","1",true,null,0])");
  EXPECT_THAT(tell(start), ElementsAre(R"(["turn","r",[["call","1","note","x",{},2]]])"));
  EXPECT_EQ(core.runs(), 1u);
}

TEST_F(CoreTest, ManyRunsOfOneBundleKeepTheirOwnState) {
  for (int i = 0; i < 100; ++i)
    tell("[\"start\",\"r" + std::to_string(i) + R"(",{"bundle":BUNDLE,"params":{"n":)" + std::to_string(i) + "}}]",
         "run:note 'x' return tostring(a.n)");
  EXPECT_EQ(core.runs(), 100u);
  for (int i = 99; i >= 0; --i) {
    const std::string run = "r" + std::to_string(i);
    EXPECT_THAT(
        tell("[\"answer\",\"" + run + "\",\"1\",true,null,0]"),
        ElementsAre("[\"turn\",\"" + run + "\",[[\"ended\",\"main\",\"done\",\"" + std::to_string(i) + "\",0]]]"));
    tell("[\"drop\",\"" + run + "\"]");
  }
  EXPECT_EQ(core.runs(), 0u);
}

TEST_F(CoreTest, AFailureReachesTheScriptAsItsKindAndText) {
  tell(R"(["start","r",{"bundle":BUNDLE}])",
       "local ok, err = run:try(function() run:note 'x' end) return err.kind .. '|' .. err.message .. '|' .. err.step");
  EXPECT_THAT(tell(R"(["answer","r","1",false,{"kind":"timeout","message":"late"},0])"),
              ElementsAre(R"(["turn","r",[["ended","main","done","timeout|pack/test.lua:2: late|1",0]]])"));
}

TEST_F(CoreTest, AFailureThatSaysNothingIsOneAllTheSame) {
  for (const char* error : {"null", "{}", "5", "[]", R"({"kind":5,"message":[]})"}) {
    tell(R"(["start","r",{"bundle":BUNDLE}])", "local ok = run:try(function() run:note 'x' end) return tostring(ok)");
    EXPECT_THAT(tell("[\"answer\",\"r\",\"1\",false," + std::string(error) + ",0]"),
                ElementsAre(R"(["turn","r",[["ended","main","done","false",0]]])"))
        << error;
  }
}

TEST_F(CoreTest, DeclaresOrSaysWhatIsWrong) {
  EXPECT_THAT(
      tell(R"(["declare",7,BUNDLE])"),
      ElementsAre(R"(["declared",7,{"places":{"title":"1:18"},"kind":"runbook","table":{"title":"t"},"errors":[]}])"));
  EXPECT_THAT(tell(R"(["declare",8,"no bundle"])"),
              ElementsAre(R"(["declared",8,{"errors":[{"text":"not JSON at byte 0: syntax error"}]}])"));
  EXPECT_THAT(tell(R"(["declare",9,"{}"])"),
              ElementsAre(R"(["declared",9,{"errors":[{"text":"not a bundle of a runbook"}]}])"));
}

TEST_F(CoreTest, FramesThatMakeNoSenseEndTheWorker) {
  for (const char* frame : {"[]",
                            "[1]",
                            "{}",
                            "null",
                            "\"start\"",
                            "[\"start\"]",
                            "[\"start\",\"r\"]",
                            "[\"start\",\"r\",{}]",
                            "[\"start\",\"r\",{\"bundle\":7}]",
                            "[\"start\",\"r\",{\"bundle\":\"{}\"}]",
                            "[\"start\",\"r\",null]",
                            "[\"start\",\"r\",{},1]",
                            "[\"declare\",1]",
                            "[\"declare\",1,\"x\",2]",
                            "[\"hello\",1]",
                            "[\"turn\",\"r\",[]]",
                            "[7,\"r\"]",
                            "[null,null]",
                            "[[],[]]",
                            "[\"\",\"\"]",
                            "[\"Start\",\"r\",{}]"})
    EXPECT_THAT(tell(frame), ElementsAre("ends")) << frame;
}

TEST_F(CoreTest, FramesOfTheWrongLengthForALiveRunEndTheWorker) {
  for (const char* frame : {"[\"answer\",\"r\"]", "[\"answer\",\"r\",\"1\"]", "[\"answer\",\"r\",\"1\",true]",
                            "[\"answer\",\"r\",\"1\",true,null,0,1]", "[\"check\",\"r\"]", "[\"check\",\"r\",\"1\"]",
                            "[\"clean_up\",\"r\"]", "[\"clean_up\",\"r\",0,0]"}) {
    tell(R"(["start","r",{"bundle":BUNDLE}])");
    EXPECT_THAT(tell(frame), ElementsAre("ends")) << frame;
  }
}

TEST_F(CoreTest, BytesThatAreNoFrameEndTheWorker) {
  const std::string whole = model::to_msgpack(model::parse_json(R"(["drop","r"])").value());
  for (const std::string& bytes : {std::string(), std::string("\xc1"), std::string("\xdd\xff\xff\xff\xff", 5),
                                   std::string("\xdb\xff\xff\xff\xff", 5), whole.substr(0, whole.size() - 1),
                                   whole + "x", std::string(1000, '\x91')})
    EXPECT_FALSE(core.on_message(bytes)) << bytes.size();
}

TEST_F(CoreTest, NoMutatedFrameDoesMoreThanEndTheWorker) {
  const std::vector<std::string> seeds{
      R"(["start","r",{"bundle":BUNDLE,"params":{"a":[1,2,{"b":null}]},"alert":{"labels":{}},"level":1,"now":5}])",
      R"(["answer","r","1",true,{"x":[1,2.5,"y"]},7])",
      R"(["answer","r","1",false,{"kind":"timeout","message":"m"},7])",
      R"(["check","r","1",5])",
      R"(["clean_up","r",9])",
      R"(["declare",3,BUNDLE])"};
  std::mt19937 chance(5);
  int ended = 0, answered = 0;
  for (int round = 0; round < 1000; ++round) {
    std::string json = seeds[chance() % seeds.size()];
    std::string quoted;
    model::append_json_string(quoted, bundle_of("run:note 'x'"));
    if (const size_t at = json.find("BUNDLE"); at != std::string::npos) json.replace(at, 6, quoted);
    std::string frame = model::to_msgpack(model::parse_json(json).value());
    for (unsigned n = 1 + chance() % 4; n > 0; --n) {
      const size_t at = chance() % frame.size();
      switch (chance() % 3) {
        case 0:
          frame[at] = static_cast<char>(chance());
          break;
        case 1:
          frame.erase(at, 1 + chance() % 3);
          break;
        default:
          frame.insert(at, 1, static_cast<char>(chance()));
      }
      if (frame.empty()) frame = "x";
    }
    Core fresh([&answered](const std::string&) { ++answered; });
    fresh.on_message(model::to_msgpack(
        Value::list().push("start").push("r").push(Value::map().set("bundle", bundle_of("run:note 'x'")))));
    if (!fresh.on_message(frame)) ++ended;
  }
  EXPECT_GT(ended, 100);
  EXPECT_GT(answered, 1000);  // the starts, and what was still a frame
}

// ---- bundles
// ---------------------------------------------------------------------------------------------------------

Bundle two_files() {
  Bundle made;
  made.main = "a/b.lua";
  made.files = {{"a/b.lua", "return \"\xff\0\"\n"}, {"a/lib/c.lua", "x = \"ä\\n\""}};
  return made;
}

TEST(Bundle, ReadsWhatItWrites) {
  const Bundle made = two_files();
  const auto read = Bundle::from_bytes(made.to_bytes());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->main, made.main);
  EXPECT_EQ(read->files, made.files);
  EXPECT_EQ(read->to_bytes(), made.to_bytes());
}

TEST(Bundle, ItsFormatIsFixed) {
  Bundle made;
  made.main = "p/x.lua";
  made.files = {{"p/x.lua", "return \"q\""}};
  EXPECT_EQ(made.to_bytes(), R"({"level":1,"main":"p/x.lua","files":[{"name":"p/x.lua","text":"return \"q\""}]})");
}

TEST(Bundle, CutOffAnywhereItIsNone) {
  const std::string bytes = two_files().to_bytes();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(Bundle::from_bytes(bytes.substr(0, size)).ok()) << size;
}

TEST(Bundle, WithAnyByteChangedItIsNoneOrAnother) {
  const std::string bytes = two_files().to_bytes();
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto read = Bundle::from_bytes(changed);
    if (read.ok()) {
      EXPECT_NE(read->to_bytes(), bytes) << at;
    }
  }
}

TEST(Bundle, ForeignBytesAreNone) {
  for (const char* bytes :
       {"", "x", "null", "5", "\"text\"", "[]", "{}", R"({"main":"x"})", R"({"files":[]})",
        R"({"main":"x","files":[]})", R"({"main":"x","files":{}})", R"({"main":5,"files":[{"name":"x","text":"y"}]})",
        R"({"main":"","files":[{"name":"x","text":"y"}]})", "PK\x03\x04", "\x1bLua", "return runbook {}"})
    EXPECT_EQ(Bundle::from_bytes(bytes).ok(), false) << bytes;
}

TEST(Bundle, OfALevelThatThisEngineDoesNotKnowIsRefused) {
  for (const char* level : {"0", "2", "-1", "\"1\"", "null"}) {
    std::string bytes = two_files().to_bytes();
    bytes.replace(bytes.find("\"level\":1") + 8, 1, level);
    EXPECT_EQ(Bundle::from_bytes(bytes).error().text,
              "a bundle of API level " + model::parse_json(level)->text() + "; this engine knows up to 1");
  }
}

TEST(Bundle, WithoutItsMainFileNothingRuns) {
  auto made = std::make_shared<Bundle>();
  made->main = "p/main.lua";
  made->files = {{"p/other.lua", "return runbook {}, function() end"}};
  ScriptHarness script(std::shared_ptr<const Bundle>(made), {}, Value::map());
  EXPECT_EQ(script.start().size(), 1u);
  EXPECT_NE(declare_bundle(*made, {})["errors"].as_list().size(), 0u);
}

}  // namespace
}  // namespace reeve::script
