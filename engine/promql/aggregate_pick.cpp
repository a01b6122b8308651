// Aggregations that choose some of the rows of each group: topk, bottomk, limitk, limit_ratio.
#include <algorithm>
#include <cmath>

#include "promql/aggregations.h"
#include "promql/xxhash.h"

namespace reeve::promql {

namespace {
// The part of [0, 1) in which Prometheus' hash of the labels lies: it chooses the same series as Prometheus does.
double place_of(const LabelSet& labels) {
  std::string bytes;
  const auto append = [&](std::string_view text) {
    if (text.size() < 255) {
      bytes += static_cast<char>(text.size());
    } else {
      bytes += '\xff';
      for (int shift = 0; shift < 24; shift += 8) bytes += static_cast<char>(text.size() >> shift);
    }
    bytes += text;
  };
  for (const Label* label : labels) {
    append(label->name());
    append(label->value());
  }
  return static_cast<double>(xxhash64(bytes)) / 18446744073709551616.0;
}

// Chooses the rows of one group at one step, in the order in which an instant query answers them.
class Chooser {
 public:
  Chooser(Evaluation& eval, const Aggregation& a) : eval_(eval), a_(a) {
    if (a.node.op == Tok::kLimitRatio)
      for (const Row& row : a.in.rows) places_.push_back(place_of(*row.labels));
  }

  void choose(std::vector<size_t>& rows, size_t step) {
    const double parameter = a_.parameter[step];
    switch (a_.node.op) {
      case Tok::kTopK:
        return best(rows, step, parameter, true);
      case Tok::kBottomK:
        return best(rows, step, parameter, false);
      case Tok::kLimitK:
        return cut(rows, parameter);
      default:
        break;
    }
    std::erase_if(rows,
                  [&](size_t i) { return parameter >= 0 ? places_[i] >= parameter : places_[i] < 1 + parameter; });
  }

 private:
  static void cut(std::vector<size_t>& rows, double k) {
    if (k < static_cast<double>(rows.size())) rows.resize(k < 1 ? 0 : static_cast<size_t>(k));
  }

  void best(std::vector<size_t>& rows, size_t step, double k, bool largest) {
    const size_t before = rows.size();
    std::erase_if(rows, [&](size_t i) { return is_histogram(a_.in.row(i)[step]); });
    if (rows.size() < before) info_ignored_histogram(eval_, a_.node, a_.node.position);
    const size_t wanted = k < 1 ? 0 : k < static_cast<double>(rows.size()) ? static_cast<size_t>(k) : rows.size();
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(wanted), rows.end(),
                      [&](size_t i, size_t j) {
                        const double a = a_.in.row(i)[step], b = a_.in.row(j)[step];
                        if (std::isnan(a) || std::isnan(b)) {
                          if (std::isnan(a) != std::isnan(b)) return std::isnan(b);
                        } else if (a != b) {
                          return largest ? a > b : a < b;
                        }
                        return i < j;
                      });
    rows.resize(wanted);
  }

  Evaluation& eval_;
  const Aggregation& a_;
  std::vector<double> places_;
};
}  // namespace

Grid pick(Evaluation& eval, const Aggregation& a) {
  Grid out(a.steps.count);
  if (out.steps > 1) {
    out.rows = a.in.rows;
    out.cells.resize(a.in.cells.size(), absent());
    eval.count_samples(out.cells.size());
  }
  Chooser chooser(eval, a);
  std::vector<std::vector<size_t>> rows(a.groups.size());
  for (size_t step = 0; step < out.steps; ++step) {
    for (auto& group : rows) group.clear();
    for (size_t i = 0; i < a.in.size(); ++i)
      if (!is_absent(a.in.row(i)[step])) rows[a.groups.of_row[i]].push_back(i);
    for (auto& group : rows) {
      chooser.choose(group, step);
      for (const size_t i : group) {
        if (out.steps > 1) {
          out.row(i)[step] = a.in.row(i)[step];
        } else {
          *out.add(a.in.rows[i].labels, a.in.rows[i].drop_name) = a.in.row(i)[0];
        }
      }
    }
  }
  if (out.steps > 1) out.compact();
  return out;
}

}  // namespace reeve::promql
