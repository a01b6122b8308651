#include "rule/unittest/test_file.h"

#include <set>

namespace reeve::rule::unittest {

namespace {
using base::Result;
using base::Status;
using yaml::Node;

// The value of a key into `out`, where it is there and not null.
template <class T>
Status take(const Node& node, std::string_view key, Result<T> (Node::*read)() const, T& out) {
  const Node* value = node.find(key);
  if (!value || value->kind() == Node::Kind::kNull) return {};
  auto result = (value->*read)();
  if (!result.ok()) return result.error();
  out = *std::move(result);
  return {};
}

// Each item of a list under `key` through `read` into `out`.
template <class T>
Status take_list(const Node& node, std::string_view key, Result<T> (*read)(const Node&), std::vector<T>& out) {
  const Node* list = node.find(key);
  if (!list || list->kind() == Node::Kind::kNull) return {};
  REEVE_CHECK(list->must_be(Node::Kind::kList, std::string(key).c_str()));
  for (const Node& item : list->items()) {
    REEVE_TRY(T one, read(item));
    out.push_back(std::move(one));
  }
  return {};
}

Status take_labels(const Node& node, std::string_view key, model::Labels& out) {
  const Node* map = node.find(key);
  if (!map || map->kind() == Node::Kind::kNull) return {};
  REEVE_CHECK(map->must_be(Node::Kind::kMap, std::string(key).c_str()));
  for (const auto& [name, value] : map->pairs()) {
    REEVE_TRY(const std::string text, value.text_or_empty());
    out.set(name.scalar(), text);
  }
  return {};
}

Result<std::string> read_text(const Node& node) {
  return node.text();
}

Result<double> read_float(const Node& node) {
  const std::string& text = node.scalar();
  if (text == "NaN" || text == "+Inf" || text == "-Inf" || text == "Inf") return std::strtod(text.c_str(), nullptr);
  return node.number();
}

Result<InputSeries> read_series(const Node& node) {
  REEVE_CHECK(node.only({"series", "values"}));
  REEVE_TRY(Node series, node.need("series"));
  const Node* values = node.find("values");
  return InputSeries{series, values ? *values : series};
}

Result<InputEvent> read_event(const Node& node) {
  REEVE_CHECK(node.only({"at", "type", "instance", "labels", "fields", "target", "recovered", "caused_by"}));
  InputEvent out;
  model::Event& event = out.event;
  REEVE_CHECK(take(node, "at", &Node::duration, out.at));
  REEVE_TRY(const Node type, node.need("type"));
  REEVE_TRY(event.type, type.text());
  REEVE_CHECK(take_labels(node, "labels", event.labels));
  event.instance = std::string(event.labels.get("job")) + "/" + std::string(event.labels.get("instance"));
  REEVE_CHECK(take(node, "instance", &Node::text, event.instance));
  REEVE_CHECK(take(node, "fields", &Node::value, event.fields));
  REEVE_CHECK(take(node, "target", &Node::text, event.target));
  REEVE_CHECK(take(node, "recovered", &Node::boolean, event.recovered));
  REEVE_CHECK(take(node, "caused_by", &Node::text, event.caused_by));
  return out;
}

Result<ExpectedAlert> read_alert(const Node& node) {
  REEVE_CHECK(node.only({"exp_labels", "exp_annotations"}));
  ExpectedAlert out;
  REEVE_CHECK(take_labels(node, "exp_labels", out.labels));
  REEVE_CHECK(take_labels(node, "exp_annotations", out.annotations));
  return out;
}

Result<AlertTest> read_alert_test(const Node& node) {
  REEVE_CHECK(node.only({"eval_time", "alertname", "exp_alerts"}));
  AlertTest out;
  REEVE_CHECK(take(node, "eval_time", &Node::duration, out.eval_time));
  REEVE_CHECK(take(node, "alertname", &Node::text, out.alertname));
  if (out.alertname.empty()) return node.error("an item under alert_rule_test misses required attribute alertname");
  REEVE_CHECK(take_list(node, "exp_alerts", read_alert, out.alerts));
  for (ExpectedAlert& alert : out.alerts) alert.labels.set(model::kAlertNameLabel, out.alertname);
  return out;
}

Result<ExpectedSample> read_sample(const Node& node) {
  REEVE_CHECK(node.only({"labels", "value", "histogram"}));
  ExpectedSample out;
  REEVE_CHECK(take(node, "labels", &Node::text, out.labels));
  REEVE_CHECK(take(node, "histogram", &Node::text, out.histogram));
  if (const Node* value = node.find("value"); value && value->kind() != Node::Kind::kNull) {
    REEVE_TRY(out.value, read_float(*value));
  }
  return out;
}

Result<ExprTest> read_expr_test(const Node& node) {
  REEVE_CHECK(node.only({"expr", "eval_time", "exp_samples"}));
  ExprTest out;
  REEVE_CHECK(take(node, "expr", &Node::text, out.expr));
  REEVE_CHECK(take(node, "eval_time", &Node::duration, out.eval_time));
  REEVE_CHECK(take_list(node, "exp_samples", read_sample, out.samples));
  return out;
}

Result<ExpectedRun> read_run(const Node& node) {
  REEVE_CHECK(node.only({"runbook", "with", "mode"}));
  ExpectedRun out;
  REEVE_TRY(const Node runbook, node.need("runbook"));
  REEVE_TRY(out.runbook, runbook.text());
  model::Labels with;
  REEVE_CHECK(take_labels(node, "with", with));
  out.with = with.to_value();
  REEVE_CHECK(take(node, "mode", &Node::text, out.mode));
  return out;
}

Result<RunTest> read_run_test(const Node& node) {
  REEVE_CHECK(node.only({"eval_time", "alertname", "exp_runs"}));
  RunTest out;
  REEVE_CHECK(take(node, "eval_time", &Node::duration, out.eval_time));
  REEVE_TRY(const Node name, node.need("alertname"));
  REEVE_TRY(out.alertname, name.text());
  REEVE_CHECK(take_list(node, "exp_runs", read_run, out.runs));
  return out;
}

Result<base::Time> read_start(const Node& node) {
  REEVE_TRY(const std::string text, node.text());
  const auto time = base::parse_time(text);
  if (!time.ok()) return node.error(time.error().text);
  return *time;
}

Result<Test> read_test(const Node& node) {
  Test out;
  if (node.kind() == Node::Kind::kNull) return out;
  REEVE_CHECK(node.only({"name", "interval", "input_series", "alert_rule_test", "promql_expr_test", "external_labels",
                         "external_url", "start_timestamp", "events", "run_test"}));
  REEVE_CHECK(take(node, "name", &Node::text, out.name));
  REEVE_CHECK(take(node, "interval", &Node::duration, out.interval));
  if (const Node* start = node.find("start_timestamp"); start && start->kind() != Node::Kind::kNull) {
    REEVE_TRY(out.start, read_start(*start));
  }
  REEVE_CHECK(take_list(node, "input_series", read_series, out.series));
  REEVE_CHECK(take_list(node, "events", read_event, out.events));
  REEVE_CHECK(take_list(node, "alert_rule_test", read_alert_test, out.alert_tests));
  REEVE_CHECK(take_list(node, "promql_expr_test", read_expr_test, out.expr_tests));
  REEVE_CHECK(take_list(node, "run_test", read_run_test, out.run_tests));
  REEVE_CHECK(take_labels(node, "external_labels", out.external_labels));
  REEVE_CHECK(take(node, "external_url", &Node::text, out.external_url));
  return out;
}

Status read_responses(const Node& root, const std::string& path, std::vector<response::Response>& out) {
  const Node* list = root.find("responses");
  if (!list || list->kind() == Node::Kind::kNull) return {};
  REEVE_CHECK(list->must_be(Node::Kind::kList, "responses"));
  for (const Node& item : list->items()) {
    REEVE_TRY(response::Response one,
              response::read(item, path + ":responses[" + std::to_string(out.size()) + "]", false));
    out.push_back(std::move(one));
  }
  return {};
}
}  // namespace

Result<TestFile> read_test_file(const std::string& path) {
  REEVE_TRY(const Node root, yaml::load(path));
  return read_tests(root, path);
}

Result<TestFile> read_tests(const Node& root, const std::string& path) {
  TestFile out;
  out.path = path;
  if (root.kind() == Node::Kind::kNull) return out;
  REEVE_CHECK(
      root.only({"rule_files", "evaluation_interval", "group_eval_order", "fuzzy_compare", "tests", "responses"}));
  REEVE_CHECK(take_list(root, "rule_files", read_text, out.rule_files));
  REEVE_CHECK(take(root, "evaluation_interval", &Node::duration, out.evaluation_interval));
  if (out.evaluation_interval.us <= 0) out.evaluation_interval = base::minutes(1);
  REEVE_CHECK(take_list(root, "group_eval_order", read_text, out.group_order));
  std::set<std::string> groups;
  for (const std::string& group : out.group_order)
    if (!groups.insert(group).second)
      return root.find("group_eval_order")->error("group name repeated in evaluation order: " + group);
  REEVE_CHECK(take(root, "fuzzy_compare", &Node::boolean, out.fuzzy));
  REEVE_CHECK(read_responses(root, path, out.responses));
  REEVE_CHECK(take_list(root, "tests", read_test, out.tests));
  for (Test& test : out.tests)
    if (test.interval.us <= 0) test.interval = out.evaluation_interval;
  return out;
}

}  // namespace reeve::rule::unittest
