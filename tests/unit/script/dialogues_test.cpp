// Whole conversations with a script: each file of dialogues/ is a script and, in its comments, what it is told (`-->`)
// and what it says to that (`--<`).
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "unit/script/harness.h"

namespace reeve::script {
namespace {
using model::Value;

std::vector<std::string> dialogues() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(REEVE_TEST_DIR "/unit/script/dialogues"))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// `call 2 action docker.restart {"args":{}} :7`, `checked 3 ok true`, `ended main done 0 text`.
std::string item_text(const std::string& json) {
  const Value item = model::parse_json(json).value();
  const Value::List& list = item.as_list();
  std::string out;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[0].text() == "call" && i == 5) {
      out += " :" + list[i].text();
    } else if (list[0].text() == "checked" && i == 2) {
      out += list[i].as_bool() ? " ok" : " error";
    } else {
      out += (i == 0 ? "" : " ") + list[i].text();
    }
  }
  return out;
}

class Conversation {
 public:
  Conversation(const std::string& name, const std::string& script, Value params)
      : script_(bundle(name, script), {}, std::move(params)) {}

  /// `start`, `answer PATH JSON`, `fail PATH KIND TEXT`, `check PATH`, `clean_up`.
  std::vector<std::string> tell(const std::string& line) {
    std::vector<std::string> words = base::split(line, ' ');
    words.resize(std::max<size_t>(words.size(), 4));
    if (words[0] == "start") return script_.start();
    if (words[0] == "check") return script_.check(words[1]);
    if (words[0] == "clean_up") return script_.clean_up();
    const std::string rest = line.substr(words[0].size() + 1 + words[1].size() + 1);
    if (words[0] == "answer") return script_.answer(words[1], rest);
    EXPECT_EQ(words[0], "fail") << line;
    return script_.fail(words[1], words[2], rest.substr(words[2].size() + 1));
  }

 private:
  static std::shared_ptr<const Bundle> bundle(const std::string& name, const std::string& script) {
    auto made = std::make_shared<Bundle>();
    made->main = "pack/" + name + ".lua";
    made->files = {{made->main, script}};
    return made;
  }
  ScriptHarness script_;
};

class Dialogue : public testing::TestWithParam<std::string> {};
TEST_P(Dialogue, GoesAsWritten) {
  const std::string name = "dialogues/" + GetParam() + ".lua";
  const std::string text = read_file(name);
  Value params = Value::map();
  std::unique_ptr<Conversation> talk;
  std::string played;
  for (const std::string& line : base::split(text, '\n')) {
    if (line.starts_with("--< ")) continue;
    played += line + "\n";
    if (line.starts_with("--> params ")) params = model::parse_json(line.substr(11)).value();
    if (!line.starts_with("--> ") || line.starts_with("--> params ")) continue;
    if (!talk) talk = std::make_unique<Conversation>(GetParam(), text, params);
    for (const std::string& item : talk->tell(line.substr(4))) played += "--< " + item_text(item) + "\n";
  }
  played.pop_back();
  compare(name, text, played);
}
INSTANTIATE_TEST_SUITE_P(With, Dialogue, testing::ValuesIn(dialogues()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace reeve::script
