// Expressions by the hundred: those of stock/ must say what stock Lua says, those of own/ what stands below each.
#include <lua.hpp>

#include <fstream>

#include "base/text.h"
#include "unit/script/harness.h"

namespace reeve::script {
namespace {

/// Expressions where the sandbox differs on purpose (a limit, ordered or frozen things); own/ has them.
bool differs_on_purpose(const std::string& expression) {
  for (const char* part :
       {"1 << 40", "undefined ==", "1e8", "{}, 1)", "xpcall(error)", "(\"%\")", "%123d", "%.123d",
        "__metatable = 1 }), {})", "__name", "pairs(nil)", "remove({ 1 }, 3)", "math.maxinteger, 2)"})
    if (expression.find(part) != std::string::npos) return true;
  return false;
}

std::vector<std::string> lines_of(const std::string& name) {
  std::vector<std::string> lines;
  std::ifstream file(REEVE_TEST_DIR "/unit/script/" + name);
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && !line.starts_with("--")) lines.push_back(line);
  EXPECT_FALSE(lines.empty()) << name;
  return lines;
}

/// Without the place in front: `[string "..."]:1: ` or `pack/test.lua:2: `.
std::string without_place(std::string text) {
  for (const char* mark : {"]:1: ", ".lua:1: ", ".lua:2: "}) {
    const size_t at = text.find(mark);
    if (at != std::string::npos && at < 40) text = text.substr(at + std::string(mark).size());
  }
  return text;
}

std::string in_stock_lua(const std::string& expression) {
  lua_State* lua = luaL_newstate();
  luaL_openlibs(lua);
  const std::string chunk = "return tostring(" + expression + ")";
  std::string out;
  if (luaL_loadbuffer(lua, chunk.data(), chunk.size(), "=[x]") != LUA_OK || lua_pcall(lua, 0, 1, 0) != LUA_OK) {
    const bool text = lua_type(lua, -1) == LUA_TSTRING;
    out = "error: " + (text                 ? without_place(lua_tostring(lua, -1))
                       : lua_isnil(lua, -1) ? std::string("an error that is nil")
                                            : std::string("an error that is a ") + luaL_typename(lua, -1));
  } else {
    size_t size = 0;
    const char* bytes = lua_tolstring(lua, -1, &size);
    out = bytes ? std::string(bytes, size) : "?";
  }
  lua_close(lua);
  return out;
}

std::string in_sandbox(const std::string& expression) {
  const std::string got = evaluate(expression);
  if (!got.starts_with("error: ")) return got;
  const std::string text = without_place(got.substr(7)), value = "an error that is ";
  return "error: " + (text.starts_with(value) ? text.substr(0, text.find(':')) : text);  // the value itself is ours
}

class Stock : public testing::TestWithParam<const char*> {};
TEST_P(Stock, SaysTheSame) {
  for (const std::string& expression : lines_of("stock/" + std::string(GetParam()) + ".txt")) {
    if (differs_on_purpose(expression)) continue;
    EXPECT_EQ(in_sandbox(expression), in_stock_lua(expression)) << expression;
  }
}
INSTANTIATE_TEST_SUITE_P(Lua, Stock, testing::Values("string", "values"), [](const auto& info) { return info.param; });

class Own : public testing::TestWithParam<const char*> {};
TEST_P(Own, SaysWhatStandsBelow) {
  const std::string name = "own/" + std::string(GetParam()) + ".txt";
  std::string played;
  std::string text = read_file(name);
  for (const std::string& line : base::split(text, '\n')) {
    if (line.starts_with("  = ")) continue;
    played += line + "\n";
    if (!line.empty() && !line.starts_with("--")) played += "  = " + in_sandbox(line) + "\n";
  }
  played.pop_back();  // what follows the last line
  compare(name, text, played);
}
INSTANTIATE_TEST_SUITE_P(Lua, Own, testing::Values("absent", "data", "order"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace reeve::script
