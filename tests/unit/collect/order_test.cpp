#include "collect/order.h"

#include <gtest/gtest.h>

namespace reeve::collect {
namespace {

TEST(Order, IsTheNumbersInFrontOfACursor) {
  struct Case {
    const char* cursor;
    const char* order;
  };
  for (const Case& c : {Case{"1732455551250000000", "1732455551250000000"}, Case{"8123.2", "8123.2"},
                        Case{"12.3|abc", "12.3"}, Case{"12.|x", "12"}, Case{"12.", "12"}, Case{"1..2", "1"},
                        Case{"{\"0\":17}", ""}, Case{"", ""}, Case{".5", ""}, Case{"abc", ""}})
    EXPECT_EQ(order_of(c.cursor), c.order) << c.cursor;
}

TEST(Order, NumbersAreComparedOneByOne) {
  struct Case {
    const char* next;
    const char* last;
    bool after;
  };
  const Case cases[] = {
      {"2", "1", true},
      {"1", "1", false},
      {"1", "2", false},
      {"10", "9", true},
      {"010", "9", true},
      {"9", "010", false},
      {"1.2", "1.1", true},
      {"1.10", "1.9", true},
      {"1.0", "1", true},
      {"1", "1.0", false},
      {"2", "1.9", true},
      {"5|b", "5|a", false},
      {"99999999999999999999999", "99999999999999999999998", true},
      {"100000000000000000000000", "99999999999999999999999", true},
      // Without an order nothing can be said, so nothing is dropped.
      {"{\"0\":17}", "{\"0\":18}", true},
      {"x", "5", true},
      {"5", "", true},
  };
  for (const Case& c : cases) EXPECT_EQ(is_after(c.next, c.last), c.after) << c.next << " after " << c.last;
}

}  // namespace
}  // namespace reeve::collect
