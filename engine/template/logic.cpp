// Go's comparisons and boolean functions.
#include "template/format.h"
#include "template/functions.h"

namespace reeve::tmpl {

namespace {
[[noreturn]] void incompatible(const Datum& a, const Datum& b) {
  throw Failure{0, "incompatible types for comparison: " + a.type_name() + " and " + b.type_name()};
}

bool is_basic(Kind kind) {
  return kind == Kind::kBool || kind == Kind::kInt || kind == Kind::kUint || kind == Kind::kFloat ||
         kind == Kind::kText;
}
bool both_whole(Kind a, Kind b) {
  return (a == Kind::kInt || a == Kind::kUint) && (b == Kind::kInt || b == Kind::kUint);
}

/// Things that are no basic kinds: nil equals nil, the same thing equals itself.
bool equal_others(const Datum& a, const Datum& b) {
  if (a.is_nothing() || b.is_nothing()) return a.is_nothing() && b.is_nothing();
  if (a.kind() == Kind::kList || a.kind() == Kind::kMap || b.kind() == Kind::kList || b.kind() == Kind::kMap)
    throw Failure{0, "non-comparable type " + printed_value(b) + ": " + b.type_name()};
  if (const Moment *left = a.get<Moment>(), *right = b.get<Moment>(); left && right && !left->pointer)
    return left->ns == right->ns;
  return a.get<Sample>() && a.get<Sample>() == b.get<Sample>();
}

bool equal(const Datum& a, const Datum& b) {
  const Kind left = a.kind(), right = b.kind();
  if (both_whole(left, right)) return a.get<Integer>()->value == b.get<Integer>()->value;
  if (is_basic(left) || is_basic(right)) {
    if (left != right) {
      if (a.is_nothing() || b.is_nothing()) return false;
      incompatible(a, b);
    }
    if (left == Kind::kBool) return *a.get<bool>() == *b.get<bool>();
    if (left == Kind::kFloat) return *a.get<double>() == *b.get<double>();
    return a.get<Text>()->value == b.get<Text>()->value;
  }
  return equal_others(a, b);
}

bool equals_any(const Arguments& args) {
  if (args.size() < 2) throw Failure{0, "missing argument for comparison"};
  for (size_t i = 1; i < args.size(); ++i)
    if (equal(args[0], args[i])) return true;
  return false;
}

bool less(const Datum& a, const Datum& b) {
  const Kind left = a.kind(), right = b.kind();
  if (!is_basic(left) || !is_basic(right)) throw Failure{0, "invalid type for comparison"};
  if (both_whole(left, right)) return a.get<Integer>()->value < b.get<Integer>()->value;
  if (left != right) incompatible(a, b);
  if (left == Kind::kBool) throw Failure{0, "invalid type for comparison"};
  if (left == Kind::kFloat) return *a.get<double>() < *b.get<double>();
  return a.get<Text>()->value < b.get<Text>()->value;
}

bool less_or_equal(const Arguments& args) {
  return less(args[0], args[1]) || equal(args[0], args[1]);
}
}  // namespace

std::vector<Function> logic_functions() {
  constexpr Param any = Param::kAny;
  const auto last = [](Caller&, Arguments& args) { return args.back(); };  // the evaluator ends them early
  return {
      {"and", {any, any}, true, last},
      {"or", {any, any}, true, last},
      {"not", {any}, false, [](Caller&, Arguments& a) -> Datum { return !a[0].truth(); }},
      {"eq", {any, any}, true, [](Caller&, Arguments& a) -> Datum { return equals_any(a); }},
      {"ne", {any, any}, false, [](Caller&, Arguments& a) -> Datum { return !equals_any(a); }},
      {"lt", {any, any}, false, [](Caller&, Arguments& a) -> Datum { return less(a[0], a[1]); }},
      {"le", {any, any}, false, [](Caller&, Arguments& a) -> Datum { return less_or_equal(a); }},
      {"gt", {any, any}, false, [](Caller&, Arguments& a) -> Datum { return !less_or_equal(a); }},
      {"ge", {any, any}, false, [](Caller&, Arguments& a) -> Datum { return !less(a[0], a[1]); }},
  };
}

}  // namespace reeve::tmpl
