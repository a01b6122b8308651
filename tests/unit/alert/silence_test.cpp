#include "alert/silence.h"

#include <gtest/gtest.h>

#include "model/json.h"

namespace reeve::alert {
namespace {

base::Time at(int64_t seconds) {
  return base::time_from_ms(1'700'000'000'000 + seconds * 1000);
}

Silence silence(const std::string& matchers, int64_t from = 0, int64_t to = 60) {
  Silence out;
  out.id = "s1";
  out.matchers = *response::parse_matchers(matchers);
  out.starts = at(from);
  out.ends = at(to);
  out.created_by = "ann";
  out.comment = "moving the rack";
  return out;
}

const model::Labels kAlert{{"alertname", "Down"}, {"job", "node"}, {"rack", "b3"}};

TEST(Silence, IsActiveFromItsStartUpToItsEnd) {
  const Silence one = silence("job=node", 10, 20);
  EXPECT_EQ(state_of(one, at(9)), SilenceState::kPending);
  EXPECT_EQ(state_of(one, at(10)), SilenceState::kActive);
  EXPECT_EQ(state_of(one, at(19)), SilenceState::kActive);
  EXPECT_EQ(state_of(one, at(20)), SilenceState::kExpired);
}

TEST(Silence, MatchesByAllItsMatchersWhileItIsActive) {
  Silences silences;
  ASSERT_TRUE(silences.put(silence("job=node,rack=~\"b.*\""), at(0)).ok());
  EXPECT_TRUE(silences.silenced(kAlert, at(0)));
  EXPECT_EQ(silences.matching(kAlert, at(59))[0]->id, "s1");
  EXPECT_FALSE(silences.silenced(kAlert, at(60)));
  EXPECT_FALSE(silences.silenced({{"alertname", "Down"}, {"job", "node"}, {"rack", "a1"}}, at(0)));
}

struct Wrong {
  const char* matchers;
  int64_t from, to;
  const char *who, *why, *error;
};

TEST(Silence, WhatIsWrongIsRefused) {
  const Wrong cases[] = {
      {"{}", 0, 60, "ann", "x", "a silence needs at least one matcher"},
      {"job=~\".*\"", 0, 60, "ann", "x", "this would silence everything"},
      {"job!=web", 0, 60, "ann", "x", "this would silence everything"},
      {"job=node", 60, 50, "ann", "x", "ends before it starts"},
      {"job=node", 0, 10, "ann", "x", "ends in the past"},
      {"job=node", 0, 60, "", "x", "says who created it"},
      {"job=node", 0, 60, "ann", "", "says why"},
  };
  for (const Wrong& one : cases) {
    Silence bad = silence(one.matchers, one.from, one.to);
    bad.created_by = one.who;
    bad.comment = one.why;
    Silences silences;
    const base::Status status = silences.put(bad, at(10));
    ASSERT_FALSE(status.ok()) << one.matchers;
    EXPECT_NE(status.error().text.find(one.error), std::string::npos) << status.error().text;
    EXPECT_EQ(silences.find("s1"), nullptr);
  }
}

TEST(Silence, MayBeProlongedButNotTurnedIntoAnother) {
  Silences silences;
  ASSERT_TRUE(silences.put(silence("job=node", 5, 60), at(0)).ok());
  EXPECT_TRUE(silences.put(silence("job=node", 10, 60), at(0)).ok()) << "it has not begun";
  EXPECT_TRUE(silences.put(silence("job=node", 10, 600), at(20)).ok());
  EXPECT_EQ(silences.put(silence("job=node", 15, 600), at(20)).error().fault, base::Fault::kConflict);
  EXPECT_EQ(silences.put(silence("job=web", 10, 600), at(20)).error().fault, base::Fault::kConflict);
  EXPECT_EQ(silences.put(silence("job=node", 10, 9000), at(600)).error().fault, base::Fault::kConflict);
  EXPECT_EQ(silences.find("s1")->ends, at(600));
}

TEST(Silence, EndsWhenSomebodySaysSo) {
  Silences silences;
  ASSERT_TRUE(silences.put(silence("job=node"), at(0)).ok());
  EXPECT_TRUE(silences.expire("s1", at(30)).ok());
  EXPECT_FALSE(silences.silenced(kAlert, at(30)));
  EXPECT_EQ(silences.expire("s1", at(31)).error().fault, base::Fault::kConflict);
  EXPECT_EQ(silences.expire("s2", at(31)).error().fault, base::Fault::kNotFound);
  silences.forget(at(30));
  EXPECT_EQ(silences.all().size(), 1u);
  silences.forget(at(31));
  EXPECT_TRUE(silences.all().empty());
}

TEST(Silence, ATimeBeforeItsStartEndsItToo) {
  Silences silences;
  ASSERT_TRUE(silences.put(silence("job=node", 40, 60), at(0)).ok());
  ASSERT_TRUE(silences.expire("s1", at(30)).ok());
  EXPECT_EQ(state_of(*silences.find("s1"), at(50)), SilenceState::kExpired);
}

TEST(Silence, HasAlertmanagersShape) {
  Silence one = silence("job=node,rack!~\"a.*\"");
  one.updated = at(1);
  const model::Value value = to_value(one, at(10));
  EXPECT_EQ(model::to_json(value),
            R"({"id":"s1","status":{"state":"active"},"updatedAt":"2023-11-14T22:13:21.000Z",)"
            R"("comment":"moving the rack","createdBy":"ann","startsAt":"2023-11-14T22:13:20.000Z",)"
            R"("endsAt":"2023-11-14T22:14:20.000Z","matchers":[)"
            R"({"name":"job","value":"node","isRegex":false,"isEqual":true},)"
            R"({"name":"rack","value":"a.*","isRegex":true,"isEqual":false}]})");
  const auto back = silence_of(value);
  ASSERT_TRUE(back.ok()) << back.error().text;
  EXPECT_EQ(model::to_json(to_value(*back, at(10))), model::to_json(value));
}

TEST(Silence, AShapeThatIsWrongIsNamed) {
  const auto said = [](const char* json) { return silence_of(*model::parse_json(json)).error().text; };
  EXPECT_EQ(said("{}"), "startsAt is missing");
  EXPECT_EQ(said(R"({"startsAt":"2023-11-14T22:13:20Z","endsAt":"soon"})").substr(0, 8), "endsAt: ");
  EXPECT_EQ(said(R"({"startsAt":"2023-11-14T22:13:20Z","endsAt":"2023-11-14T22:13:20Z","matchers":[{"name":1}]})"),
            "a matcher has a name and a value, both texts");
  EXPECT_NE(said(R"({"startsAt":"2023-11-14T22:13:20Z","endsAt":"2023-11-14T22:13:20Z",)"
                 R"("matchers":[{"name":"a","value":"(","isRegex":true}]})")
                .find("does not compile"),
            std::string::npos);
}

}  // namespace
}  // namespace reeve::alert
