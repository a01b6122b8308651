// A script that is begun anew and given the recorded answers in their order asks the same, in every life: the promise
// that resuming rests on. Branches are answered in random orders.
#include <random>

#include "unit/script/harness.h"

namespace reeve::script {
namespace {
using model::Value;
using Items = std::vector<std::string>;

struct Recorded {
  std::string path, value;
};

/// Plays a script: answers one open call after the other, in an order that `chance` gives.
class Life {
 public:
  explicit Life(const std::string& text) : script_(text, {}, Value::map().set("n", 3), "run-of-chance") {}

  void begin() { take(script_.start()); }
  /// Answers as recorded, and notes everything that is asked.
  void answer(const Recorded& answer) { take(script_.answer(answer.path, answer.value, 1000 + ++time_)); }
  Recorded answer_any(std::mt19937& chance) {
    const size_t at = chance() % open_.size();
    const Recorded answer{open_[at], "{\"n\":" + std::to_string(chance() % 100) + "}"};
    this->answer(answer);
    return answer;
  }
  bool over() const { return over_; }
  bool waits() const { return !open_.empty(); }
  const Items& asked() const { return asked_; }

 private:
  void take(const Items& items) {
    for (const std::string& item : items) {
      asked_.push_back(item);
      const Value value = model::parse_json(item).value();
      if (value.as_list()[0].text() == "ended") over_ = true;
      if (value.as_list()[0].text() == "call") open_.push_back(value.as_list()[1].text());
    }
    std::erase_if(open_, [this](const std::string& path) { return answered(path); });
  }
  bool answered(const std::string& path) const { return std::count(done_.begin(), done_.end(), path) > 0; }

  ScriptHarness script_;
  Items asked_, open_, done_;
  int time_ = 0;
  bool over_ = false;

 public:
  void mark(const std::string& path) {
    done_.push_back(path);
    std::erase(open_, path);
  }
};

const char* const kScripts[] = {
    // Order of branches, of tables, of chance and of names without a name.
    R"(
      local box, seen = run:use "box", {}
      run:each({ "a", "b", "c", "d" }, { ramp = false }, function(id)
        local answer = box.look { id = id, chance = math.random(1000) }
        seen[#seen + 1] = id
        run:note(table.concat(seen, " "), { name = tostring(answer), at = now() })
        for k, v in pairs { z = 1, y = answer.n, x = 3 } do run:note(k .. v .. id) end
      end)
      return table.concat(seen))",
    // What one branch leaves for another.
    R"(
      local box, sum, names = run:use "box", 0, {}
      run:all {
        function() for i = 1, 3 do sum = sum + box.look { i = i }.n end end,
        function() for i = 1, 3 do names[tostring({})] = sum run:note(next(names)) end end,
        function() run:each({ 1, 2 }, { ramp = false }, function(i) run:note(i .. " " .. sum) end) end,
      }
      return tostring(sum))",
    // Failures, closing and time in the middle.
    R"(
      local box = run:use "box"
      for i = 1, a.n do
        local hold <close> = setmetatable({}, { __close = function() box.release { i = i, at = now() } end })
        local ok, err = run:try(function() if box.look { i = i }.n > 50 then error("too much " .. math.random(9)) end end)
        run:note(tostring(ok) .. tostring(err))
      end
      return "x" .. math.random(1 << 30))",
    // Waves whose size depends on answers.
    R"(
      local box, list = run:use "box", {}
      for i = 1, box.count {}.n % 5 + 1 do list[i] = "host-" .. i end
      local results = run:each(list, { max = 2 }, function(id) return box.look { id = id }.n end)
      table.sort(results)
      return table.concat(results, ","))",
};

class Replay : public testing::TestWithParam<int> {};

TEST_P(Replay, AsksTheSameAgainWhateverTheOrderOfTheAnswers) {
  const std::string text = ScriptHarness::body(kScripts[GetParam()]);
  for (unsigned seed = 1; seed <= 25; ++seed) {
    std::mt19937 chance(seed);
    Life first(text);
    std::vector<Recorded> journal;
    first.begin();
    while (!first.over() && first.waits() && journal.size() < 200) {
      journal.push_back(first.answer_any(chance));
      first.mark(journal.back().path);
    }
    ASSERT_TRUE(first.over()) << seed;
    Life again(text);
    again.begin();
    for (const Recorded& answer : journal) again.answer(answer);
    ASSERT_EQ(again.asked(), first.asked()) << "seed " << seed;
  }
}

TEST_P(Replay, StopsAnywhereAndGoesOnAsItWouldHave) {
  const std::string text = ScriptHarness::body(kScripts[GetParam()]);
  std::mt19937 chance(99);
  Life whole(text);
  std::vector<Recorded> journal;
  whole.begin();
  while (!whole.over() && whole.waits()) {
    journal.push_back(whole.answer_any(chance));
    whole.mark(journal.back().path);
  }
  for (size_t cut = 0; cut <= journal.size(); ++cut) {
    Life part(text);
    part.begin();
    for (size_t i = 0; i < cut; ++i) part.answer(journal[i]);
    Items beginning(whole.asked().begin(), whole.asked().begin() + static_cast<long>(part.asked().size()));
    EXPECT_EQ(part.asked(), beginning) << cut;
  }
}

INSTANTIATE_TEST_SUITE_P(Scripts, Replay, testing::Range(0, static_cast<int>(std::size(kScripts))));

TEST(ReplayOfChance, AnotherRunDrawsOtherNumbers) {
  const std::string text =
      ScriptHarness::body("local t = {} for i = 1, 5 do t[i] = math.random(1000000) end return table.concat(t, ' ')");
  std::vector<std::string> ends;
  for (const char* run : {"run-1", "run-2", "run-1"})
    ends.push_back(ScriptHarness(text, {}, Value::map(), run).start()[0]);
  EXPECT_EQ(ends[0], ends[2]);
  EXPECT_NE(ends[0], ends[1]);
}

TEST(ReplayOfChance, TheTopLevelDrawsTheSameToo) {
  const std::string text =
      "local n = math.random(1000000) return runbook { title = \"t\" }, function() return tostring(n) end";
  EXPECT_EQ(ScriptHarness(text).start(), ScriptHarness(text).start());
}

}  // namespace
}  // namespace reeve::script
