#include "unit/script/harness.h"

namespace reeve::script {
namespace {

struct Case {
  const char* expression;
  const char* wanted;
};

class Sandbox : public testing::TestWithParam<Case> {};

TEST_P(Sandbox, Gives) {
  EXPECT_EQ(evaluate(GetParam().expression), GetParam().wanted) << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Absent, Sandbox,
    testing::Values(Case{"io", "error: there is no \"io\" here: a script has no files: use an action of a plugin"},
                    Case{"os.time()",
                         "error: there is no \"os\" here: a script has no system: use now() and actions of a plugin"},
                    Case{"print", "error: there is no \"print\" here: use run:note"},
                    Case{"load('x')", "error: there is no \"load\" here: code comes from files only"},
                    Case{"coroutine.wrap", "error: there is no \"coroutine\" here: every call waits by itself"},
                    Case{"debug", "error: there is no \"debug\" here: there is no debug library here"},
                    Case{"collectgarbage()", "error: there is no \"collectgarbage\" here: memory is managed for you"},
                    Case{"string.dump", "nil"}, Case{"math.randomseed", "nil"}, Case{"string.pack", "nil"},
                    Case{"strnig.rep", "error: undefined name \"strnig\" (did you mean \"string\"?)"},
                    Case{"_G", "error: undefined name \"_G\""}));

INSTANTIATE_TEST_SUITE_P(
    Base, Sandbox,
    testing::Values(
        Case{"1 + 1", "2"}, Case{"#('x'):rep(10)", "10"}, Case{"select('#', nil, nil)", "2"},
        Case{"tostring({})", "table: 1"}, Case{"tostring(nil)", "nil"}, Case{"string.format('%s', {})", "table: 1"},
        Case{"(function() local t = {} return tostring(t) == tostring(t) end)()", "true"},
        Case{"string.format('%5.1f|%-4d|%x|%q|%c|%%|%i', 3.14159, 7, 255, 'a\\n', 65, 3)",
             "  3.1|7   |ff|\"a\\\n\"|A|%|3"},
        Case{"string.format('%p', {})", "error: invalid conversion '%p' to 'format'"},
        Case{"string.format('%d', 1.5)", "error: bad argument #2 to 'format' (number has no integer representation)"},
        Case{"string.format('%s')", "error: bad argument #2 to 'format' (no value)"},
        Case{"string.format('%10.3s|', 'abcdef')", "       abc|"}, Case{"string.format('%5s|', 'ab')", "   ab|"},
        Case{"getmetatable('')", "locked"}, Case{"pcall(setmetatable, {}, {__gc = 1})", "false"},
        Case{"pcall(setmetatable, {}, {__mode = 'k'})", "false"}, Case{"rawequal('a', 'a')", "true"},
        Case{"tonumber('0x10')", "16"}, Case{"math.type(2^53)", "float"}, Case{"next({})", "nil"},
        Case{"next({b = 1, a = 2})", "a"}, Case{"now()", "1000.0"},
        Case{"math.random(1000) == math.random(1000)", "false"}));

INSTANTIATE_TEST_SUITE_P(
    Data, Sandbox,
    testing::Values(Case{"json.encode({b = 1, a = {1, 2.5, 'x'}, c = {}})", R"({"a":[1,2.5,"x"],"b":1,"c":[]})"},
                    Case{"json.encode({1, 'x', k = true})", R"({"1":1,"2":"x","k":true})"},
                    Case{"json.encode({k = true, 'y'})", R"({"1":"y","k":true})"},
                    Case{"json.encode(json.null)", "null"}, Case{"json.decode('[1,null,{\"a\":null}]')[2]", "null"},
                    Case{"json.decode('{\"a\":null}').a", "nil"}, Case{"json.decode('{\"a\":[1.0]}').a[1]", "1.0"},
                    Case{"json.encode({f = print})", "error: there is no \"print\" here: use run:note"},
                    Case{"json.encode({f = next})", "error: json.encode: the value holds a function"},
                    Case{"duration.parse('1h30m')", "5400.0"}, Case{"duration.format(90)", "1m30s"},
                    Case{"bytes.parse('1.5 GiB')", "1610612736"}, Case{"bytes.format(3 * 1024 * 1024)", "3 MiB"},
                    Case{"bytes.parse('x')", "error: bytes.parse: \"x\" is no size like \"512 MiB\" or \"2GB\""},
                    Case{"re.match('i-0abc', '^i-([0-9a-f]+)$')", "0abc"}, Case{"re.match('x', 'y')", "nil"},
                    Case{"re.gsub('a1b22', '[0-9]+', '<\\\\0>')", "a<1>b<22>"},
                    Case{"select(2, re.find('hello', 'l+'))", "4"},
                    Case{"re.match('x', '(')", "error: re: bad pattern: missing ): ("}));

INSTANTIATE_TEST_SUITE_P(
    Tables, Sandbox,
    testing::Values(
        Case{"table.concat({1, 2, 3}, ',')", "1,2,3"}, Case{"table.unpack({4, 5})", "4"},
        Case{"select('#', table.unpack({}, 1, 3))", "3"}, Case{"table.pack(1, nil).n", "2"},
        Case{"(function() local t = {3, 1, 2} table.sort(t) return table.concat(t) end)()", "123"},
        Case{"(function() local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return table.concat(t) "
             "end)()",
             "321"},
        Case{"(function() local t = {5, 4, 3, 2, 1} table.sort(t, function() return true end) return #t end)()", "5"},
        Case{"(function() local t = {1, 2, 3} table.insert(t, 1, 0) table.insert(t, 9) return table.concat(t) end)()",
             "01239"},
        Case{"(function() local t = {1, 2, 3} return table.remove(t, 1) .. table.remove(t) .. #t end)()", "131"},
        Case{"(function() local t = {} return tostring(table.remove(t)) end)()", "nil"},
        Case{"table.remove({1}, 5)", "error: bad argument #2 to 'remove' (position out of bounds)"},
        Case{"table.concat(table.move({1, 2, 3}, 1, 3, 2))", "1123"},
        Case{"table.concat(table.move({1, 2, 3}, 2, 3, 1))", "233"},
        Case{"table.move({}, 1, math.maxinteger - 1, 2)",
             "error: bad argument #3 to 'move' (too many elements to move)"},
        Case{"table.concat(setmetatable({}, {__len = function() return 1 << 60 end}))",
             "error: table functions work on plain tables; this one has a metatable with __len"}));

TEST(SandboxOrder, PairsGoesByNumberThenText) {
  EXPECT_EQ(run_body(R"(local out = {}
    for k in pairs { z = 1, a = 1, [10] = 1, [2.5] = 1, [1] = 1, [true] = 1, m = 1 } do out[#out + 1] = tostring(k) end
    return table.concat(out, " "))"),
            "1 2.5 10 a m z true");
}

TEST(SandboxOrder, PairsOfAListAndOfHoles) {
  EXPECT_EQ(run_body(R"(local t, out = { 1, 2, 3, 4 }, {}
    for k, v in pairs(t) do t[k + 1] = nil out[#out + 1] = k .. "=" .. v end
    return table.concat(out, " "))"),
            "1=1 3=3");
}

TEST(SandboxOrder, NextWalksInTheSameOrderWhileKeysAreRemoved) {
  EXPECT_EQ(run_body(R"(local t, out = { c = 3, a = 1, b = 2, d = 4 }, {}
    local k, v = next(t)
    while k do out[#out + 1] = k .. v t[k] = nil k, v = next(t, k) end
    return table.concat(out, " "))"),
            "a1 b2 c3 d4");
}

TEST(SandboxOrder, ATableAsKeyHasNoOrder) {
  EXPECT_EQ(run_body("for k in pairs { [{}] = 1 } do end"),
            "error: a table with a table as key has no fixed order: keep such things in a list");
}

TEST(SandboxGlobals, AssigningAnUndeclaredNameIsAnError) {
  EXPECT_EQ(run_body("count = 1"), "error: assignment to undeclared variable \"count\" (write local count)");
  EXPECT_EQ(run_body("string.format = nil"), "error: string cannot be changed");
  EXPECT_EQ(run_body("string = nil"), "error: \"string\" cannot be changed: it is part of the sandbox");
}

TEST(SandboxGlobals, ChanceIsSeededByTheRun) {
  const auto draw = [](const std::string& run) {
    ScriptHarness script(ScriptHarness::body("return tostring(math.random(1 << 40))"), {}, model::Value::map(), run);
    return script.start()[0];
  };
  EXPECT_EQ(draw("run-1"), draw("run-1"));
  EXPECT_NE(draw("run-1"), draw("run-2"));
}

TEST(SandboxCode, BytecodeIsRefused) {
  ScriptHarness script(std::string("\x1bLua\x54\x00", 6));
  EXPECT_NE(script.start()[0].find("attempt to load a binary chunk"), std::string::npos);
}

TEST(SandboxRequire, LoadsFilesOfThePackOnce) {
  auto bundle = std::make_shared<Bundle>();
  bundle->main = "pack/main.lua";
  bundle->files = {{"pack/lib/a.lua", "local n = 0 return { count = function() n = n + 1 return n end }"},
                   {"pack/main.lua", R"(local a, b = require "lib/a", require "lib/a"
                     return runbook {}, function() a.count() return tostring(b.count()) end)"}};
  ScriptHarness script(std::shared_ptr<const Bundle>(bundle), {}, model::Value::map());
  EXPECT_EQ(script.start(), std::vector<std::string>{R"(["ended","main","done","2",0])"});
}

TEST(SandboxRequire, WhatIsNotInTheBundleIsNotThere) {
  ScriptHarness script("require \"../other/x\" return runbook {}, function() end");
  EXPECT_NE(script.start()[0].find("the pack has no pack/../other/x.lua"), std::string::npos);
}

}  // namespace
}  // namespace reeve::script
