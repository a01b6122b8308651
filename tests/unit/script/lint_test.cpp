// Each file of lint/ ends with the findings it must give, as "--> line:col: text".
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "script/lint/lexer.h"
#include "unit/script/harness.h"

namespace reeve::script {
namespace {

std::vector<std::string> lint_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(REEVE_TEST_DIR "/unit/script/lint"))
    files.push_back(entry.path().stem().string());
  std::sort(files.begin(), files.end());
  return files;
}

model::Value declare(const std::string& name, const std::string& text) {
  Bundle bundle;
  bundle.main = "pack/" + name + ".lua";
  bundle.files = {{bundle.main, text}};
  return declare_bundle(bundle, {});
}

class LintFile : public testing::TestWithParam<std::string> {};

TEST_P(LintFile, GivesItsFindings) {
  std::ifstream file(REEVE_TEST_DIR "/unit/script/lint/" + GetParam() + ".lua");
  std::string text, wanted, line;
  while (std::getline(file, line))
    (line.starts_with("--> ") ? wanted : text) += (line.starts_with("--> ") ? line.substr(4) : line) + "\n";
  std::string found;
  const model::Value declared = declare(GetParam(), text);
  for (const model::Value& finding : declared["errors"].as_list())
    found += std::to_string(finding["line"].as_int()) + ":" + std::to_string(finding["col"].as_int()) + ": " +
             finding["text"].as_string() + "\n";
  EXPECT_EQ(found, wanted);
}
INSTANTIATE_TEST_SUITE_P(Corpus, LintFile, testing::ValuesIn(lint_files()),
                         [](const auto& info) { return info.param; });

TEST(Lint, KeepsWhereEachKeyStands) {
  const model::Value declared =
      declare("x", "return runbook {\n  title = 't',\n  params = {\n    a = p.int { min = 1 } },\n}, function() end");
  EXPECT_EQ(model::to_json(declared["places"]),
            R"({"title":"2:3","params":"3:3","params.a":"4:5","params.a.min":"4:17"})");
  EXPECT_EQ(model::to_json(declared["table"]), R"({"params":{"a":{"min":1,"type":"int"}},"title":"t"})");
}

TEST(Lint, TellsWhatIsUsedOfPluginsInConstants) {
  const char* text = R"(return runbook { title = "t" }, function(run, a)
  local proc, other = run:use("proc", "api"), run:use(run.id)
  proc.restart { tmeout = "5s", [run.id] = 1 }
  run:use("box").stop()
  run:try(proc.stop, { id = 1 })
  other.stop {}
  run:wait { "x", expr = "up == 1" }
  run:wait { "x", expr = [==[up
 ==]==] }
  run:wait { "x", expr = "up{a=\"b\"}" }
  run:wait { "x", expr = "up" .. run.id }
  proc = other
  proc.start {}
end)";
  std::string told;
  const model::Value declared = declare("x", text);
  EXPECT_EQ(model::to_json(declared["errors"]), "[]");
  for (const model::Value& use : declared["uses"].as_list()) told += model::to_json(use) + "\n";
  EXPECT_EQ(told,
            R"({"kind":"use","at":"2:31","plugin":"proc","target":"api","target_at":"2:39","file":"pack/x.lua"}
{"kind":"action","at":"3:8","plugin":"proc","action":"restart","file":"pack/x.lua"}
{"kind":"call","at":"3:8","plugin":"proc","action":"restart","arguments":{"tmeout":"3:18"},"open":true,"file":"pack/x.lua"}
{"kind":"use","at":"4:11","plugin":"box","file":"pack/x.lua"}
{"kind":"action","at":"4:18","plugin":"box","action":"stop","file":"pack/x.lua"}
{"kind":"call","at":"4:18","plugin":"box","action":"stop","arguments":{},"open":false,"file":"pack/x.lua"}
{"kind":"action","at":"5:16","plugin":"proc","action":"stop","file":"pack/x.lua"}
{"kind":"expr","at":"7:27","text":"up == 1","file":"pack/x.lua"}
{"kind":"expr","at":"8:30","text":"up\n ==","file":"pack/x.lua"}
)");
}

TEST(Lint, AByteOrderMarkIsNoPartOfTheText) {
  const model::Value declared = declare("x", "\xef\xbb\xbfreturn runbook { title = 't' }, function() end");
  EXPECT_EQ(model::to_json(declared["errors"]), "[]");
  EXPECT_EQ(model::to_json(declared["places"]), R"({"title":"1:18"})");
  EXPECT_EQ(model::to_json(declare("x", "\xef\xbb\xbfretrun")["errors"]),
            R"([{"file":"pack/x.lua","line":1,"col":7,"text":"syntax error near <eof>"}])");
}

TEST(Lint, GoesDownAsDeepAsLuaDoesAndNoDeeper) {
  std::string deep(5000, '(');
  const model::Value declared = declare("x", "return " + deep);
  EXPECT_EQ(declared["errors"].as_list().size(), 1u);
  EXPECT_EQ(lint("return " + deep, {}).findings.size(), 1u);
}

TEST(Lexer, KnowsEverySortOfToken) {
  Lexer lexer(
      "#!/bin/lua\nlocal a<const> = 'x\\'y' .. [==[long ]] text]==] -- note\n--[[ more\n]] 0x1p-4 1e+5 ... ~= :: //");
  std::string out;
  for (Token token = lexer.next(); token.kind != Token::Kind::kEnd; token = lexer.next())
    out += std::to_string(token.line) + ":" + std::to_string(token.col) + " " + token.text + "|";
  EXPECT_EQ(out,
            "2:1 local|2:7 a|2:8 <|2:9 const|2:14 >|2:16 =|2:18 x\\'y|2:25 ..|2:28 long ]] text|4:4 0x1p-4|4:11 1e+5|"
            "4:16 ...|4:20 ~=|4:23 ::|4:26 //|");
}

TEST(Lexer, SaysWhatIsUnfinished) {
  for (const char* text : {"'x", "\"x\ny\"", "[[x", "--[[x", "@"}) {
    Lexer lexer(text);
    EXPECT_EQ(lexer.next().kind, Token::Kind::kBad) << text;
  }
}

}  // namespace
}  // namespace reeve::script
