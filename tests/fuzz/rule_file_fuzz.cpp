// Any bytes as a rule file, a test file, an event selector, a series: what is read can be installed and evaluated, what
// is not gives an error with a place; never a crash.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/manual_loop.h"
#include "rule/rule.h"
#include "rule/unittest/series_text.h"
#include "rule/unittest/test_file.h"

namespace {
using namespace reeve;

void must(bool claim) {
  if (!claim) std::abort();
}

class Fixed : public base::Random {
 public:
  void fill(uint8_t* bytes, size_t count) override { std::fill_n(bytes, count, uint8_t{7}); }
};

void feed(series::Head& head, base::Time at) {
  for (const char* name : {"up", "x", "errors_total"})
    for (const char* instance : {"a", "b"})
      head.append(model::Labels{{"__name__", name}, {"job", "j"}, {"instance", instance}}, at.ms(), 1);
}

model::Event event(const char* type) {
  model::Event out;
  out.type = type;
  out.labels = {{"instance", "a"}, {"id", "1"}};
  out.fields.set("exit_code", 137);
  return out;
}

void live(const rule::RuleSet& rules) {
  base::ManualLoop loop(base::Time{1'700'000'000'000'000});
  series::Head head;
  Fixed random;
  const auto engine = rule::make_engine(head, {}, loop, random, {});
  engine->install(rules);
  for (int i = 0; i < 3; ++i) {
    feed(head, loop.clock().wall());
    engine->tick(loop.clock().wall());
    engine->on_event(event("docker.die"));
    loop.advance(base::seconds(15));
  }
  engine->on_event(event("docker.start"));
  engine->install({});
  must(engine->alerts().empty());
}

void as_selector(const std::string& text) {
  const auto selector = rule::EventSelector::parse(text);
  if (!selector.ok()) return must(selector.error().text.find(':') != std::string::npos);
  (void)selector->matches(event(selector->type().c_str()));
  const auto again = rule::EventSelector::parse(selector->text());
  must(again.ok() && again->text() == selector->text());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto rules = rule::read(text, "f.yaml", base::seconds(15));
  if (rules.ok()) {
    live(*rules);
  } else {
    must(rules.error().text.starts_with("f.yaml:"));
  }
  if (const auto root = yaml::parse(text, "t.yaml"); root.ok()) {
    const auto tests = rule::unittest::read_tests(*root, "t.yaml");
    must(tests.ok() || !tests.error().text.empty());
  }
  as_selector(text);
  const auto metric = rule::unittest::parse_metric(text);
  must(metric.ok() || metric.error().text.starts_with("1:"));
  // Long repetitions are right, only slow.
  int digits = 0, longest = 0;
  for (const char c : text) longest = std::max(longest, digits = c >= '0' && c <= '9' ? digits + 1 : 0);
  if (longest < 5) {
    const auto values = rule::unittest::parse_values(text);
    must(values.ok() || values.error().text.starts_with("1:"));
  }
  return 0;
}
