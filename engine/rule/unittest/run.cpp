#include "rule/unittest/run.h"

#include <cmath>
#include <tuple>

#include "promql/histogram_math.h"
#include "promql/histogram_notation.h"

namespace reeve::rule::unittest {

namespace {
constexpr int64_t kMemory = 4LL << 30;  // a test's series are as many as it says

bool by_alert(const ExpectedAlert& a, const ExpectedAlert& b) {
  return std::tie(a.labels, a.annotations) < std::tie(b.labels, b.annotations);
}
using HistogramPtr = std::shared_ptr<const series::Histogram>;

// As Prometheus' storage does: what follows another histogram is known to be, or not to be, a reset.
HistogramPtr after(const HistogramPtr& before, const HistogramPtr& now) {
  using Hint = series::Histogram::ResetHint;
  if (!before || now->hint != Hint::kUnknown) return now;
  return promql::with_hint(*now, promql::is_reset(*now, *before) ? Hint::kReset : Hint::kNotReset);
}

bool same_alert(const ExpectedAlert& a, const ExpectedAlert& b) {
  return a.labels == b.labels && a.annotations == b.annotations;
}
}  // namespace

TestRun::TestRun(const TestFile& file, const Test& test, const RuleSet& rules, bool diff)
    : file_(file), test_(test), diff_(diff), loop_(test.start) {
  head_ = std::make_unique<series::Head>(series::HeadLimits{.memory_bytes = kMemory});
  Ports ports;
  ports.target_of = [](const model::Labels&) { return std::string(); };
  ports.on_problem = [this](const std::string& rule_id, const std::string& text) {
    if (base::starts_with(text, kTemplateProblem)) return;  // the text says so itself, as in Prometheus
    const Rule* rule = engine_->find(rule_id);
    rule_errors_.push_back("    rule: " + (rule ? rule->name : rule_id) +
                           ", time: " + go_duration(loop_.clock().wall() - test_.start) + ", err: " + text);
  };
  Settings settings;
  settings.external_labels = test.external_labels;
  settings.external_url = test.external_url;
  settings.default_interval = file.evaluation_interval;
  settings.builtin = false;
  settings.whole_gaps = true;
  engine_ = make_engine(*head_, std::move(ports), loop_, random_, settings);
  engine_->install(rules);
}

TestRun::~TestRun() = default;

std::vector<std::string> TestRun::run() {
  if (!load()) return errors_;
  const base::Duration last = last_time();
  for (base::Duration now; now <= last; now = now + file_.evaluation_interval) {
    if (!tick(now)) return errors_;
    check_between(now, now + file_.evaluation_interval);
  }
  for (const ExprTest& wanted : test_.expr_tests) check_expr(wanted);
  return errors_;
}

bool TestRun::load() {
  for (const InputSeries& input : test_.series) {
    Feed feed;
    auto labels = parse_metric(input.series.scalar());
    auto cells = parse_values(input.values.scalar());
    if (labels.ok() && cells.ok()) {
      feeds_.push_back({*std::move(labels), *std::move(cells)});
      continue;
    }
    const std::string& text = labels.ok() ? cells.error().text : labels.error().text;
    int line = 0, column = 0, used = 0;
    const bool placed = std::sscanf(text.c_str(), "%d:%d: %n", &line, &column, &used) == 2;
    const yaml::Node& node = labels.ok() ? input.values : input.series;
    errors_.push_back(
        (placed ? node.error_at(line, column, text.substr(static_cast<size_t>(used))) : node.error(text)).text);
  }
  events_ = test_.events;
  std::stable_sort(events_.begin(), events_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return errors_.empty();
}

base::Duration TestRun::last_time() const {
  base::Duration last;
  for (const AlertTest& one : test_.alert_tests) last = std::max(last, one.eval_time);
  for (const ExprTest& one : test_.expr_tests) last = std::max(last, one.eval_time);
  for (const RunTest& one : test_.run_tests) last = std::max(last, one.eval_time);
  return last;
}

// False: a rule failed, and the test ends.
bool TestRun::tick(base::Duration now) {
  events_until(now);
  feed_until(at(now));
  engine_->tick(at(now));
  errors_.insert(errors_.end(), rule_errors_.begin(), rule_errors_.end());
  return rule_errors_.empty();
}

void TestRun::events_until(base::Duration now) {
  for (; next_event_ < events_.size() && events_[next_event_].at <= now; ++next_event_) {
    model::Event event = events_[next_event_].event;
    loop_.advance(at(events_[next_event_].at) - loop_.clock().wall());
    event.id = "0." + std::to_string(next_event_);
    event.at = loop_.clock().wall();
    engine_->on_event(event);
    // A step that caused something here has been well.
    if (!event.caused_by.empty()) engine_->on_outcome(event.caused_by);
  }
  loop_.advance(at(now) - loop_.clock().wall());
}

void TestRun::feed_until(base::Time now) {
  for (Feed& feed : feeds_) {
    for (; feed.next < feed.cells.size(); ++feed.next) {
      const base::Time time = test_.start + test_.interval * static_cast<int64_t>(feed.next);
      if (time > now) break;
      const Cell& cell = feed.cells[feed.next];
      if (const auto* value = std::get_if<double>(&cell)) {
        head_->append(feed.labels, time.ms(), *value);
        feed.before = nullptr;
      } else if (const auto* histogram = std::get_if<2>(&cell)) {
        head_->append(feed.labels, time.ms(), after(feed.before, *histogram));
        feed.before = *histogram;
      }
    }
  }
}

// What is asked for a time in [from, to) is asked after the tick at `from`; reeve's events up to it have happened.
void TestRun::check_between(base::Duration from, base::Duration to) {
  struct Check {
    base::Duration at;
    const AlertTest* alerts;
    const RunTest* runs;
  };
  std::vector<Check> checks;
  for (const AlertTest& one : test_.alert_tests) checks.push_back({one.eval_time, &one, nullptr});
  for (const RunTest& one : test_.run_tests) checks.push_back({one.eval_time, nullptr, &one});
  std::stable_sort(checks.begin(), checks.end(), [](const Check& a, const Check& b) { return a.at < b.at; });
  for (const Check& check : checks) {
    if (check.at < from || check.at >= to) continue;
    events_until(check.at);
    if (check.alerts) check_alerts(*check.alerts);
    if (check.runs) check_runs(*check.runs);
  }
}

std::vector<model::Alert> TestRun::firing(const std::string& alertname) const {
  std::vector<model::Alert> out;
  for (model::Alert& alert : engine_->alerts()) {
    const Rule* rule = engine_->find(alert.rule_id);
    if (rule && rule->name == alertname && alert.state == model::AlertState::kFiring) out.push_back(std::move(alert));
  }
  return out;
}

void TestRun::check_alerts(const AlertTest& wanted) {
  std::vector<ExpectedAlert> expected = wanted.alerts, got;
  for (model::Alert& alert : firing(wanted.alertname))
    got.push_back({std::move(alert.labels), std::move(alert.annotations)});
  std::sort(expected.begin(), expected.end(), by_alert);
  std::sort(got.begin(), got.end(), by_alert);
  if (std::equal(expected.begin(), expected.end(), got.begin(), got.end(), same_alert)) return;
  fail("    alertname: " + wanted.alertname + ", time: " + base::format_duration(wanted.eval_time) + ", ",
       alerts_text(expected), alerts_text(got));
}

void TestRun::fail(const std::string& head, const std::string& expected, const std::string& got,
                   const std::string& tail) {
  const std::string name = test_.name.empty() ? "" : "    name: " + test_.name + ",\n", indent(12, ' ');
  if (diff_) {
    errors_.push_back(name + head + "\n    diff:\n" + indent + indent_lines(diff_text(expected, got), indent) + tail);
  } else {
    errors_.push_back(name + head + "\n        exp:" + indent_lines(expected, indent) +
                      ", \n        got:" + indent_lines(got, indent) + tail);
  }
}

void TestRun::check_expr(const ExprTest& wanted) {
  const std::string head =
      "    expr: " + go_quote(wanted.expr) + ", time: " + base::format_duration(wanted.eval_time) + ",";
  const promql::Options options = query_options(file_.evaluation_interval);
  const auto expr = promql::parse(wanted.expr, options);
  const auto answer = expr.ok() ? query(*expr, *head_, at(wanted.eval_time).ms(), options) : expr.error();
  if (!answer.ok()) return errors_.push_back(head + " err: " + answer.error().text);
  std::vector<Sample> expected, got;
  for (const promql::Element& element : *answer)
    got.push_back({element.labels, element.histogram ? 0 : element.value,
                   element.histogram ? promql::histogram_notation(*element.histogram) : std::string()});
  for (const ExpectedSample& sample : wanted.samples) {
    const auto labels = parse_metric(sample.labels);
    if (!labels.ok())
      return errors_.push_back(head + " err: labels " + go_quote(sample.labels) + ": " + labels.error().text);
    Sample wanted_sample{*labels, sample.value, {}};
    if (!sample.histogram.empty()) {
      const auto histogram = promql::parse_histogram(sample.histogram);
      if (!histogram.ok()) return errors_.push_back(head + " err: histogram: " + histogram.error().text);
      wanted_sample.histogram = promql::histogram_notation(*histogram);
    }
    expected.push_back(std::move(wanted_sample));
  }
  const auto by_labels = [](const Sample& a, const Sample& b) { return a.labels < b.labels; };
  std::stable_sort(expected.begin(), expected.end(), by_labels);
  std::stable_sort(got.begin(), got.end(), by_labels);
  if (same(expected, got)) return;
  errors_.push_back(head + "\n        exp: " + samples_text(expected) + "\n        got: " + samples_text(got));
}

// Exactly, or to the neighbouring number where the file says fuzzy_compare. NaN equals nothing, as in promtool.
bool TestRun::same(const std::vector<Sample>& wanted, const std::vector<Sample>& got) const {
  return std::equal(wanted.begin(), wanted.end(), got.begin(), got.end(), [&](const Sample& a, const Sample& b) {
    const double x = a.value, y = b.value;
    const bool near = file_.fuzzy && (std::nextafter(x, -INFINITY) == y || std::nextafter(x, INFINITY) == y);
    return a.labels == b.labels && a.histogram == b.histogram && (x == y || near);
  });
}

void TestRun::check_runs(const RunTest& wanted) {
  std::string why;
  std::vector<ExpectedRun> expected = wanted.runs, got = runs_of(wanted, why);
  const auto by_text = [](const ExpectedRun& a, const ExpectedRun& b) { return runs_text({a}) < runs_text({b}); };
  const bool modes = std::any_of(expected.begin(), expected.end(), [](const auto& run) { return !run.mode.empty(); });
  if (!modes)
    for (ExpectedRun& run : got) run.mode.clear();
  std::sort(expected.begin(), expected.end(), by_text);
  std::sort(got.begin(), got.end(), by_text);
  if (runs_text(expected) == runs_text(got)) return;
  fail("    run_test: " + wanted.alertname + ", time: " + base::format_duration(wanted.eval_time) + ", ",
       runs_text(expected), runs_text(got), why.empty() ? "" : "\n        why: " + why);
}

std::vector<ExpectedRun> TestRun::runs_of(const RunTest& wanted, std::string& why) const {
  std::vector<ExpectedRun> out;
  const std::vector<model::Alert> alerts = firing(wanted.alertname);
  if (alerts.empty()) why = "no alert of this name is firing";
  for (const model::Alert& alert : alerts) {
    const Rule* rule = engine_->find(alert.rule_id);
    const auto responses = response::choose(rule->run ? &*rule->run : nullptr, file_.responses, alert.labels);
    if (responses.empty()) why = "the rule has no `run:`, and no response matches " + labels_text(alert.labels);
    for (const response::Response* response : responses) {
      auto with = response::parameters(*response, alert);
      if (!with.ok()) {
        why = with.error().text;
        continue;
      }
      ExpectedRun run{response->runbook, model::Value::map(),
                      response->mode ? response::mode_name(*response->mode) : ""};
      model::Labels sorted;
      for (const auto& [name, value] : with->as_map()) sorted.set(name, value.text());
      run.with = sorted.to_value();
      out.push_back(std::move(run));
    }
  }
  return out;
}

}  // namespace reeve::rule::unittest
