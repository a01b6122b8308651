#include "unit/script/harness.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace reeve::script {

std::string read_file(const std::string& name) {
  std::ifstream file(REEVE_TEST_DIR "/unit/script/" + name);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file.good()) << name;
  return text.str();
}

void compare(const std::string& name, const std::string& wanted, const std::string& played) {
  if (std::getenv("REEVE_RECORD")) {
    std::ofstream(REEVE_TEST_DIR "/unit/script/" + name) << played;
  } else {
    EXPECT_EQ(played, wanted) << name;
  }
}

std::string run_body(const std::string& body, const Limits& limits) {
  ScriptHarness script(ScriptHarness::body(body), limits);
  const std::vector<std::string> items = script.start();
  if (items.size() != 1) return "items: " + std::to_string(items.size());
  const model::Value item = model::parse_json(items[0]).value();
  const model::Value::List& list = item.as_list();
  if (list[0].as_string() != "ended") return items[0];
  std::string message = list[3].as_string();
  if (list[2].as_string() == "done") return message;
  if (message.rfind("pack/test.lua:", 0) == 0) {
    const size_t end = message.find(": ");
    if (end != std::string::npos) message = message.substr(end + 2);
  }
  return (list[2].as_string() == "limit" ? "limit: " : "error: ") + message;
}

std::string evaluate(const std::string& expression, const Limits& limits) {
  return run_body("return tostring(" + expression + ")", limits);
}

}  // namespace reeve::script
