#include "cli/output.h"

#include <gtest/gtest.h>

#include <sstream>

namespace reeve::cli {
namespace {

constexpr base::Time kNow{1795521600LL * 1000000};

TEST(Output, NeverSendsControlCharactersToTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a b c d");
  EXPECT_EQ(printable(std::string("\0\x7f\x80\xff", 4)), "\\x00\\x7f\\x80\\xff");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");  // the one-byte CSI in UTF-8
  EXPECT_EQ(printable("h\xc3\xa9llo \xe2\x82\xac"), "h\xc3\xa9llo \xe2\x82\xac");
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");  // cut in the middle
}

TEST(Output, CutsAtColumnsNotAtBytes) {
  EXPECT_EQ(width_of("h\xc3\xa9llo"), 5U);
  EXPECT_EQ(shortened("h\xc3\xa9llo", 5), "h\xc3\xa9llo");
  EXPECT_EQ(shortened("h\xc3\xa9llo", 3), "h\xc3\xa9…");
  EXPECT_EQ(shortened("", 3), "");
}

TEST(Output, TellsTimesAsPeopleDo) {
  const std::pair<base::Duration, const char*> cases[] = {
      {base::millis(10), "now"},
      {base::seconds(1), "1s ago"},
      {base::seconds(59), "59s ago"},
      {base::seconds(61), "1m ago"},
      {base::minutes(119), "1h ago"},
      {base::hours(26), "1d ago"},
      {base::hours(24 * 31), "2026-10-24"},
      {base::seconds(-200), "in 3m20s"},
  };
  for (const auto& [back, text] : cases) EXPECT_EQ(ago(kNow - back, kNow), text);
  EXPECT_EQ(ago({}, kNow), "-");
}

TEST(Output, TellsSpansInTwoUnits) {
  const std::pair<base::Duration, const char*> cases[] = {
      {base::millis(250), "250ms"}, {base::seconds(1), "1s"},       {base::seconds(80), "1m20s"},
      {base::minutes(60), "1h"},    {base::minutes(61), "1h1m"},    {base::hours(1) + base::seconds(5), "1h"},
      {base::hours(49), "2d1h"},    {base::seconds(-80), "-1m20s"}, {{}, "0ms"},
  };
  for (const auto& [length, text] : cases) EXPECT_EQ(span(length), text);
}

TEST(Output, BriefShowsScalarsAsFarAsTheyFit) {
  model::Value map = model::Value::map().set("a", 1).set("none", nullptr).set("empty", "").set("b", "x y");
  map.set("map", model::Value::map().set("k", 1)).set("list", model::Value::list().push(1)).set("c", true);
  EXPECT_EQ(brief(map, 80), "a=1 b=x y list=[1] c=true");
  EXPECT_EQ(brief(map, 6), "a=1 b…");
  EXPECT_EQ(brief(model::Value(), 80), "");
}

TEST(Output, AlignsColumnsAndLeavesNoTrailingBlanks) {
  Table table({"A", "LONG HEAD", "C"});
  table.add({"h\xc3\xa9", "x", ""});
  table.add({"1", "", "z"});
  std::ostringstream out;
  table.print(out, {}, "  ");
  EXPECT_EQ(out.str(),
            "  A   LONG HEAD  C\n"
            "  h\xc3\xa9  x\n"
            "  1              z\n");
}

TEST(Output, PaintsOnlyWhereColoursAreWanted) {
  Table table({"S"});
  table.add({{"bad", Colour::kRed}});
  std::ostringstream plain, painted;
  table.print(plain, {});
  table.print(painted, {true});
  EXPECT_EQ(plain.str(), "S\nbad\n");
  EXPECT_EQ(painted.str(), "\x1b[1mS\x1b[0m\n\x1b[31mbad\x1b[0m\n");
}

TEST(Output, AnEmptyTablePrintsNothing) {
  std::ostringstream out;
  Table({"A"}).print(out, {});
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace reeve::cli
