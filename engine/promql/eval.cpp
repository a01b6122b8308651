#include "promql/eval.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "promql/calls.h"
#include "promql/histogram_math.h"
#include "promql/parser.h"

namespace reeve::promql {

namespace {
constexpr const char* kSameLabels = "vector cannot contain metrics with the same labelset";
constexpr size_t kMostLabelBytes = 1 << 30;
}  // namespace

Evaluation::Evaluation(const Expr& expr, const series::Source& source, Steps steps, const Options& options,
                       const Cancel* cancel)
    : expr_(expr), source_(source), query_(steps), options_(options), cancel_(cancel), annotations_(expr.source()) {}

void Evaluation::count_samples(size_t samples) {
  samples_ += static_cast<int64_t>(samples);
  if (samples_ > options_.max_samples)
    throw EvalFailure{base::Fault::kRefused,
                      "query processing would load too many samples into memory in query execution"};
}

void Evaluation::poll() {
  if ((++polls_ & 63) != 0) return;
  if (arena_.bytes() > kMostLabelBytes) count_samples(static_cast<size_t>(options_.max_samples) + 1);
  if (cancel_ && cancel_->requested.load(std::memory_order_relaxed))
    throw EvalFailure{base::Fault::kTimeout, "query was canceled in expression evaluation"};
  if (options_.clock && options_.clock->boot() >= options_.deadline)
    throw EvalFailure{base::Fault::kTimeout, "query timed out in expression evaluation"};
}

double Evaluation::keep(std::shared_ptr<const series::Histogram> histogram) {
  histograms_.push_back(std::move(histogram));
  return histogram_cell(static_cast<uint32_t>(histograms_.size() - 1));
}

int64_t Evaluation::duration_ms(int64_t fixed_ms, const DurationPtr& computed, bool may_be_negative) const {
  if (!computed) return fixed_ms;
  const double range_s = static_cast<double>(query_.last() - query_.start) / 1000;
  const double step_s = is_range_ ? static_cast<double>(query_.step) / 1000 : 0;
  const double seconds = duration_seconds(*computed, step_s, range_s);
  const std::string where =
      std::to_string(computed->position.begin) + ":" + std::to_string(computed->position.end) + ": ";
  if (!(seconds > 0) && !may_be_negative) fail(where + "duration must be greater than 0");
  int64_t ms = 0;
  if (!seconds_to_ms(seconds, ms)) fail(where + "duration is out of range");
  return ms;
}

int64_t Evaluation::offset_ms(const When& when) const {
  return duration_ms(when.offset_ms, when.offset, true);
}

int64_t Evaluation::reference_ms(const When& when, int64_t ms) const {
  int64_t at = ms;
  if (when.at == When::At::kTime) at = when.at_ms;
  if (when.at == When::At::kStart) at = query_.start;
  if (when.at == When::At::kEnd) at = query_.last();
  int64_t reference = 0;
  if (__builtin_sub_overflow(at, offset_ms(when), &reference)) return at > 0 ? INT64_MAX / 2 : INT64_MIN / 2;
  return std::clamp(reference, INT64_MIN / 2, INT64_MAX / 2);
}

std::vector<const series::SeriesView*> Evaluation::select(const series::Matchers& matchers) {
  auto found = source_.select(matchers);
  if (!found.ok()) throw EvalFailure{found.error().fault, found.error().text};
  return std::move(found).value();
}

const LabelSet* Evaluation::labels_of(const series::SeriesView& series) {
  const LabelSet* labels = series.label_set();
  return labels ? labels : arena_.set(series.labels());
}

Grid Evaluation::vector(const Node& node, const Steps& steps) {
  poll();
  if (!node.constant || steps.count == 1) return vector_at(node, steps);
  return repeat(vector_at(node, {steps.start, steps.step, 1}), steps.count);
}

Grid Evaluation::vector_at(const Node& node, const Steps& steps) {
  switch (node.kind) {
    case Node::Kind::kSelector:
      return select(as<SelectorNode>(node), steps);
    case Node::Kind::kCall:
      return call(as<CallNode>(node), steps);
    case Node::Kind::kAggregate:
      return aggregate(as<AggregateNode>(node), steps);
    case Node::Kind::kBinary:
      return binary(as<BinaryNode>(node), steps);
    case Node::Kind::kUnary:
      return unary(as<UnaryNode>(node), steps);
    case Node::Kind::kParen:
      return vector(*as<ParenNode>(node).inner, steps);
    default:
      fail("unexpected node in a vector expression");
  }
}

Grid Evaluation::repeat(Grid once, int32_t count) {
  Grid grid(count);
  grid.rows = std::move(once.rows);
  count_samples(grid.size() * grid.steps);
  grid.cells.resize(grid.size() * grid.steps);
  for (size_t i = 0; i < grid.size(); ++i) std::fill_n(grid.row(i), grid.steps, once.cells[i]);
  return grid;
}

Grid Evaluation::unary(const UnaryNode& node, const Steps& steps) {
  Grid grid = vector(*node.inner, steps);
  if (node.op == Tok::kAdd) return grid;
  for (double& cell : grid.cells) {
    if (is_float(cell)) {
      cell = -cell;
    } else if (is_histogram(cell)) {
      cell = keep(scaled(histogram(cell), -1));
    }
  }
  drop_names(grid);
  return grid;
}

std::vector<double> Evaluation::scalar(const Node& node, const Steps& steps) {
  const auto count = static_cast<size_t>(steps.count);
  switch (node.kind) {
    case Node::Kind::kNumber:
      return std::vector<double>(count, as<NumberNode>(node).value);
    case Node::Kind::kParen:
      return scalar(*as<ParenNode>(node).inner, steps);
    case Node::Kind::kUnary: {
      std::vector<double> values = scalar(*as<UnaryNode>(node).inner, steps);
      if (as<UnaryNode>(node).op == Tok::kSub)
        for (double& value : values) value = -value;
      return values;
    }
    case Node::Kind::kBinary:
      return scalar_binary(as<BinaryNode>(node), steps);
    case Node::Kind::kCall:
      return scalar_call(*this, as<CallNode>(node), steps);
    default:
      fail("unexpected node in a scalar expression");
  }
}

std::string Evaluation::text(const Node& node) {
  const Node& inner = unwrap(node);
  return inner.kind == Node::Kind::kString ? as<StringNode>(inner).value : "";
}

void Evaluation::drop_names(Grid& grid) {
  if (options_.delayed_name_removal) {
    for (Row& row : grid.rows) row.drop_name = true;
    return;
  }
  for (Row& row : grid.rows) row.labels = without_metadata(arena_, *row.labels);
  refuse_duplicates(grid);
}

namespace {
// Groups of rows with the same labels, as indexes; only those of more than one.
std::vector<std::vector<size_t>> equal_rows(const Grid& grid) {
  std::unordered_map<uint64_t, std::vector<size_t>> by_hash;
  for (size_t i = 0; i < grid.size(); ++i) by_hash[grid.rows[i].labels->hash()].push_back(i);
  std::vector<std::vector<size_t>> groups;
  for (auto& [hash, rows] : by_hash) {
    while (rows.size() > 1) {
      const LabelSet& first = *grid.rows[rows[0]].labels;
      std::vector<size_t> equal, others;
      for (const size_t i : rows) (same(*grid.rows[i].labels, first) ? equal : others).push_back(i);
      if (equal.size() > 1) groups.push_back(std::move(equal));
      rows = std::move(others);
    }
  }
  return groups;
}
}  // namespace

void Evaluation::refuse_duplicates(const Grid& grid) {
  for (const std::vector<size_t>& rows : equal_rows(grid)) {
    for (size_t step = 0; step < grid.steps; ++step) {
      const auto present =
          std::count_if(rows.begin(), rows.end(), [&](size_t i) { return !is_absent(grid.row(i)[step]); });
      if (present > 1) fail(kSameLabels);
    }
  }
}

void merge_equal_rows(Grid& grid, const char* error) {
  bool any = false;
  for (const std::vector<size_t>& rows : equal_rows(grid)) {
    for (size_t k = 1; k < rows.size(); ++k) {
      for (size_t step = 0; step < grid.steps; ++step) {
        double& from = grid.row(rows[k])[step];
        double& to = grid.row(rows[0])[step];
        if (is_absent(from)) continue;
        if (!is_absent(to)) fail(error);
        to = from;
        from = absent();
      }
    }
    any = true;
  }
  if (any) grid.compact();
}

void Evaluation::finish(Grid& grid) {
  for (Row& row : grid.rows) {
    if (row.drop_name) row.labels = without_metadata(arena_, *row.labels);
    row.drop_name = false;
  }
  grid.compact();
  if (grid.size() > 1) merge_equal_rows(grid, kSameLabels);
}

Answer Evaluation::instant_vector() {
  Grid grid = vector(expr_.root(), query_);
  finish(grid);
  Vector elements;
  elements.reserve(grid.size());
  for (size_t i = 0; i < grid.size(); ++i) {
    const double cell = grid.row(i)[0];
    Element element{grid.rows[i].labels->labels(), query_.start, 0, nullptr};
    if (is_histogram(cell)) {
      element.histogram = shared_histogram(cell);
    } else {
      element.value = cell;
    }
    elements.push_back(std::move(element));
  }
  return {std::move(elements), {}, {}};
}

Answer Evaluation::instant() {
  Answer answer;
  switch (expr_.type()) {
    case ValueType::kScalar:
      answer.value = Scalar{query_.start, scalar(expr_.root(), query_)[0]};
      break;
    case ValueType::kString:
      answer.value = String{query_.start, text(expr_.root())};
      break;
    case ValueType::kMatrix:
      answer.value = matrix(unwrap(expr_.root()), query_.start);
      break;
    default:
      answer = instant_vector();
      break;
  }
  answer.warnings = std::move(annotations_.warnings);
  answer.infos = std::move(annotations_.infos);
  return answer;
}

Answer Evaluation::range() {
  is_range_ = true;
  Grid grid(query_.count);
  if (expr_.type() == ValueType::kScalar) {
    count_samples(static_cast<size_t>(query_.count));
    const std::vector<double> values = scalar(expr_.root(), query_);
    std::copy(values.begin(), values.end(), grid.add(arena_.set(model::Labels{}), false));
  } else {
    grid = vector(expr_.root(), query_);
    finish(grid);
  }
  std::vector<size_t> order(grid.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return compare(*grid.rows[a].labels, *grid.rows[b].labels) < 0; });
  Matrix matrix;
  for (const size_t i : order) {
    Series series;
    series.labels = grid.rows[i].labels->labels();
    for (int32_t step = 0; step < query_.count; ++step) {
      const double cell = grid.row(i)[step];
      if (is_histogram(cell)) {
        series.histograms.push_back({query_.at(step), shared_histogram(cell)});
      } else if (!is_absent(cell)) {
        series.points.push_back({query_.at(step), cell});
      }
    }
    matrix.push_back(std::move(series));
  }
  return {std::move(matrix), std::move(annotations_.warnings), std::move(annotations_.infos)};
}

}  // namespace reeve::promql
