// info(): enriches series with labels of the info series that describe the same instance and job.
#include <algorithm>
#include <map>

#include "promql/calls.h"
#include "promql/grouping.h"
#include "series/matching.h"

namespace reeve::promql {

namespace {
constexpr const char* kTargetInfo = "target_info";

// The second argument taken apart: which info metrics, and which of their labels are wanted.
struct Wanted {
  series::CompiledMatchers names;
  std::map<std::string, series::CompiledMatchers> data;

  explicit Wanted(const series::Matchers& matchers) {
    auto compiled = series::compile(matchers);
    if (!compiled.ok()) fail(compiled.error().text);
    for (auto& matcher : compiled.value()) {
      const std::string name = matcher.matcher().name;
      if (name == model::kNameLabel) {
        names.push_back(std::move(matcher));
      } else {
        data[name].push_back(std::move(matcher));
      }
    }
  }
  bool is_info_metric(std::string_view name) const {
    return std::all_of(names.begin(), names.end(), [&](const auto& m) { return m.matches(name); });
  }
  bool wants(const Label& label) const {
    return label.name() != model::kNameLabel && (data.empty() || data.count(std::string(label.name())) > 0);
  }
  // A series without info may stay only where no wanted label must have a value.
  bool allows_nothing() const {
    return std::all_of(data.begin(), data.end(), [](const auto& entry) {
      return std::all_of(entry.second.begin(), entry.second.end(), [](const auto& m) { return m.matches_empty(); });
    });
  }
};

class Enricher {
 public:
  Enricher(Evaluation& eval, const Steps& steps, const SelectorNode* selector)
      : eval_(eval),
        steps_(steps),
        wanted_(info_matchers(selector)),
        identity_(Subset::Mode::kOnly, {"instance", "job"}) {
    SelectorNode node{Position{}};
    node.matchers = info_matchers(selector);
    info_ = eval.select_times(node, steps, false);
    for (size_t i = 0; i < info_.size(); ++i) {
      const LabelSet& labels = *info_.rows[i].labels;
      const auto [group, fresh] = index_.add(identity_.hash(labels), [&](uint32_t known) {
        return identity_.equal(*info_.rows[by_identity_[known][0]].labels, labels);
      });
      if (fresh) by_identity_.emplace_back();
      by_identity_[group].push_back(i);
    }
  }

  Grid enrich(const Grid& base) {
    Grid out(steps_.count);
    for (size_t i = 0; i < base.size(); ++i) {
      const Row& row = base.rows[i];
      if (wanted_.is_info_metric(row.labels->value(metric_name_label()))) {
        std::copy_n(base.row(i), base.steps, out.add(row.labels, row.drop_name));
      } else {
        enrich_row(row, base.row(i), out);
      }
    }
    return out;
  }

 private:
  const std::vector<size_t>& partners(const LabelSet& labels) const {
    static const std::vector<size_t> kNone;
    const uint32_t group = index_.find(identity_.hash(labels), [&](uint32_t known) {
      return identity_.equal(*info_.rows[by_identity_[known][0]].labels, labels);
    });
    return group == HashIndex::kFree ? kNone : by_identity_[group];
  }

  // Which info series describe the row at one step: for each info metric the one with the newest sample.
  std::vector<size_t> chosen(const std::vector<size_t>& partners, size_t step) const {
    std::map<std::string_view, size_t> newest;
    for (const size_t i : partners) {
      const double at = info_.row(i)[step];
      if (is_absent(at)) continue;
      const auto [known, fresh] = newest.try_emplace(info_.rows[i].labels->value(metric_name_label()), i);
      if (fresh) continue;
      const double other = info_.row(known->second)[step];
      if (at == other) fail_duplicate(known->second, i, at);
      if (at > other) known->second = i;
    }
    std::vector<size_t> rows;
    for (const auto& [name, i] : newest) rows.push_back(i);
    return rows;
  }
  [[noreturn]] void fail_duplicate(size_t first, size_t second, double at) const {
    const std::string when = std::to_string(static_cast<int64_t>(at * 1000));
    fail("found duplicate series for info metric: existing " + labels_text(*info_.rows[first].labels) + " @ " + when +
         ", new " + labels_text(*info_.rows[second].labels) + " @ " + when);
  }

  // nullptr: the row has no place in the result.
  const LabelSet* enriched(const LabelSet& base, const std::vector<size_t>& rows) const {
    std::map<std::string_view, const Label*> added;
    for (const size_t i : rows) {
      for (const Label* label : *info_.rows[i].labels) {
        if (!wanted_.wants(*label)) continue;
        const auto known = added.find(label->name());
        if (known != added.end() && known->second->value() != label->value())
          fail("conflicting label: " + std::string(label->name()));
        if (!base.find(LabelName(label->name()))) added[label->name()] = label;
      }
    }
    if (rows.empty() && !wanted_.allows_nothing()) return nullptr;
    LabelEditor labels(eval_.arena(), base);
    for (const auto& [name, label] : added) labels.set(label);
    return labels.done();
  }

  void enrich_row(const Row& row, const double* cells, Grid& out) {
    const std::vector<size_t>& candidates = partners(*row.labels);
    std::map<std::vector<size_t>, size_t> made;  // the choice, and its row in the result
    for (size_t step = 0; step < out.steps; ++step) {
      if (is_absent(cells[step])) continue;
      const std::vector<size_t> rows = chosen(candidates, step);
      auto known = made.find(rows);
      if (known == made.end()) {
        const LabelSet* labels = enriched(*row.labels, rows);
        known = made.emplace(rows, labels ? out.size() : SIZE_MAX).first;
        if (labels) out.add(labels, row.drop_name);
      }
      if (known->second != SIZE_MAX) out.row(known->second)[step] = cells[step];
    }
  }

  Evaluation& eval_;
  const Steps& steps_;
  Wanted wanted_;
  Subset identity_;
  Grid info_;
  HashIndex index_;
  std::vector<std::vector<size_t>> by_identity_;
};
}  // namespace

series::Matchers info_matchers(const SelectorNode* selector) {
  series::Matchers matchers;
  if (selector) matchers = selector->matchers;
  const bool named = std::any_of(matchers.begin(), matchers.end(),
                                 [](const series::Matcher& m) { return m.name == model::kNameLabel; });
  if (!named)
    matchers.insert(matchers.begin(), {series::Matcher::Kind::kEqual, std::string(model::kNameLabel), kTargetInfo});
  return matchers;
}

Grid apply_info(Evaluation& eval, const CallNode& call, const Steps& steps) {
  const SelectorNode* selector = call.args.size() > 1 ? &as<SelectorNode>(unwrap(*call.args[1])) : nullptr;
  const Grid base = eval.vector(*call.args[0], steps);
  if (base.size() == 0) return Grid(steps.count);
  Grid out = Enricher(eval, steps, selector).enrich(base);
  merge_equal_rows(out, "vector cannot contain metrics with the same labelset");
  return out;
}

}  // namespace reeve::promql
