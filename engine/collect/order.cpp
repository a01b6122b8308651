#include "collect/order.h"

#include <cstddef>

namespace reeve::collect {

namespace {
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The first number of an order, which is taken off it, without leading zeros.
std::string_view take_number(std::string_view& order) {
  size_t end = 0;
  while (end < order.size() && is_digit(order[end])) ++end;
  std::string_view number = order.substr(0, end);
  order.remove_prefix(end < order.size() ? end + 1 : end);
  while (!number.empty() && number[0] == '0') number.remove_prefix(1);
  return number;
}

// By value, of any length. A number that is missing is less than any.
int compare(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}
}  // namespace

std::string_view order_of(std::string_view cursor) {
  size_t end = 0;
  while (end < cursor.size() && (is_digit(cursor[end]) || (cursor[end] == '.' && end > 0 && is_digit(cursor[end - 1]))))
    ++end;
  if (end > 0 && cursor[end - 1] == '.') --end;
  return cursor.substr(0, end);
}

bool is_after(std::string_view next, std::string_view last) {
  std::string_view a = order_of(next), b = order_of(last);
  if (a.empty() || b.empty()) return true;
  while (!a.empty() || !b.empty()) {
    if (a.empty() != b.empty()) return b.empty();
    if (const int c = compare(take_number(a), take_number(b)); c != 0) return c > 0;
  }
  return false;
}

}  // namespace reeve::collect
