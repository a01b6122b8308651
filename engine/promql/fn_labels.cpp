// label_replace and label_join.
#include "base/text.h"
#include "promql/calls.h"
#include "series/regex.h"

namespace reeve::promql {

namespace {
bool is_label_name(const std::string& name) {
  return !name.empty() && base::is_utf8(name);
}

// Gives row `i` the label `name`; one that becomes the metric name is no longer to be dropped.
void set_label(Evaluation& eval, Grid& grid, size_t i, const std::string& name, std::string_view value) {
  LabelEditor labels(eval.arena(), *grid.rows[i].labels);
  labels.set(name, value);
  grid.rows[i].labels = labels.done();
  if (name == model::kNameLabel) grid.rows[i].drop_name = false;
}

// Nested calls can double a value again and again.
constexpr size_t kLongestValue = 1 << 20;

void check_length(const std::string& value) {
  if (value.size() > kLongestValue) fail("label value is longer than 1 MiB");
}

constexpr const char* kSameLabels = "vector cannot contain metrics with the same labelset";
}  // namespace

Grid apply_label_replace(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const std::string to = eval.text(*call.args[1]), replacement = eval.text(*call.args[2]);
  const std::string from = eval.text(*call.args[3]), pattern = eval.text(*call.args[4]);
  const auto regex = series::Regex::compile(pattern);
  if (!regex.ok()) fail("invalid regular expression in label_replace(): " + pattern);
  if (!is_label_name(to)) fail("invalid destination label name in label_replace(): " + to);
  Grid grid = eval.vector(*call.args[0], steps);
  const LabelName source(from);
  std::vector<std::string_view> groups;
  for (size_t i = 0; i < grid.size(); ++i) {
    eval.poll();
    if (!regex->matches(grid.rows[i].labels->value(source), groups)) continue;
    const std::string value = regex->expand(replacement, groups, kLongestValue);
    check_length(value);
    set_label(eval, grid, i, to, value);
  }
  merge_equal_rows(grid, kSameLabels);
  return grid;
}

Grid apply_label_join(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const std::string to = eval.text(*call.args[1]), separator = eval.text(*call.args[2]);
  std::vector<std::string> sources;
  for (size_t i = 3; i < call.args.size(); ++i) {
    sources.push_back(eval.text(*call.args[i]));
    if (!is_label_name(sources.back())) fail("invalid source label name in label_join(): " + sources.back());
  }
  if (!is_label_name(to)) fail("invalid destination label name in label_join(): " + to);
  Grid grid = eval.vector(*call.args[0], steps);
  for (size_t i = 0; i < grid.size(); ++i) {
    eval.poll();
    std::vector<std::string> values;
    for (const std::string& source : sources) values.emplace_back(grid.rows[i].labels->value(LabelName(source)));
    const std::string value = base::join(values, separator);
    check_length(value);
    set_label(eval, grid, i, to, value);
  }
  merge_equal_rows(grid, kSameLabels);
  return grid;
}

}  // namespace reeve::promql
