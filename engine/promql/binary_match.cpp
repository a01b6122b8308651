// Arithmetic and comparison between two vectors: which samples meet, and under which labels the result stands.
#include <algorithm>
#include <optional>

#include "promql/grouping.h"
#include "promql/operators.h"
#include "promql/quote.h"

namespace reeve::promql {

namespace {
using Card = Matching::Card;
constexpr const char* kManyToOne =
    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)";
constexpr const char* kNotUnique = "multiple matches for labels: grouping labels must ensure unique matches";

// The rows of a side that share a signature.
using RowList = std::vector<uint32_t>;

class Matcher {
 public:
  // `many` and `one`: the sides; they are the left and the right one unless group_right swaps them.
  Matcher(Evaluation& eval, const BinaryNode& node, const Grid& left, const Grid& right)
      : eval_(eval),
        node_(node),
        swapped_(node.matching.card == Card::kOneToMany),
        many_(swapped_ ? right : left),
        one_(swapped_ ? left : right),
        many_fill_(swapped_ ? node.matching.fill_right : node.matching.fill_left),
        one_fill_(swapped_ ? node.matching.fill_left : node.matching.fill_right),
        subset_(node.matching.on ? Subset::Mode::kOnly : Subset::Mode::kAllBut, node.matching.labels),
        operation_(eval, node),
        out_(static_cast<int32_t>(left.steps)) {}

  Grid run() {
    group();
    for (uint32_t g = 0; g < groups_; ++g) {
      if ((g & 255) == 0) eval_.poll();
      match_group(g);
    }
    eval_.count_samples(out_.cells.size());
    if (merge_needed_) merge_equal_rows(out_, many_to_one() ? kNotUnique : kManyToOne);
    return std::move(out_);
  }

 private:
  bool many_to_one() const { return node_.matching.card != Card::kOneToOne; }

  void group() {
    HashIndex index(one_.size());
    const auto number = [&](const LabelSet& labels) {
      const auto [g, fresh] = index.add(subset_.hash(labels),
                                        [&](uint32_t known) { return subset_.equal(*representative_[known], labels); });
      if (fresh) representative_.push_back(&labels);
      return g;
    };
    std::vector<uint32_t> one_group, many_group;
    for (const Row& row : one_.rows) one_group.push_back(number(*row.labels));
    for (const Row& row : many_.rows) many_group.push_back(number(*row.labels));
    groups_ = static_cast<uint32_t>(representative_.size());
    sort_into(one_group, one_start_, one_rows_);
    sort_into(many_group, many_start_, many_rows_);
  }

  // Rows by group, in their own order: `start[g]` to `start[g + 1]` in `rows`.
  void sort_into(const std::vector<uint32_t>& group_of, RowList& start, RowList& rows) const {
    start.assign(groups_ + 1, 0);
    for (const uint32_t g : group_of) ++start[g + 1];
    for (uint32_t g = 0; g < groups_; ++g) start[g + 1] += start[g];
    rows.resize(group_of.size());
    RowList next(start.begin(), start.end() - 1);
    for (uint32_t i = 0; i < group_of.size(); ++i) rows[next[group_of[i]]++] = i;
  }

  void match_group(uint32_t g) {
    const uint32_t* one_begin = one_rows_.data() + one_start_[g];
    const uint32_t* one_end = one_rows_.data() + one_start_[g + 1];
    const uint32_t* many_begin = many_rows_.data() + many_start_[g];
    const uint32_t* many_end = many_rows_.data() + many_start_[g + 1];
    if (one_end - one_begin > 1) refuse_several(one_begin, one_end);
    if ((one_end - one_begin > 1 && many_begin != many_end) || many_end - many_begin > 1) {
      merge_needed_ = true;
    }
    if (!many_to_one()) taken_.assign(out_.steps, false);
    for (const uint32_t* many = many_begin; many != many_end; ++many) {
      for (const uint32_t* one = one_begin; one != one_end; ++one)
        add_row(many_.rows[*many], many_.row(*many), one_.rows[*one].labels, one_.row(*one));
      if (one_fill_) fill_one(*many, one_begin, one_end);
    }
    if (many_fill_)
      for (const uint32_t* one = one_begin; one != one_end; ++one) fill_many(*one, many_begin, many_end);
  }

  // Two samples of the "one" side at one step are an error, whether or not the other side has any.
  void refuse_several(const uint32_t* begin, const uint32_t* end) const {
    for (size_t step = 0; step < one_.steps; ++step) {
      const uint32_t* first = nullptr;
      for (const uint32_t* row = begin; row != end; ++row) {
        if (is_absent(one_.row(*row)[step])) continue;
        if (first) fail_several(*row, *first);
        first = row;
      }
    }
  }
  [[noreturn]] void fail_several(uint32_t second, uint32_t first) const {
    const LabelSet& labels = *one_.rows[second].labels;
    fail("found duplicate series for the match group " + labels_text(*match_labels(labels)) + " on the " +
         (swapped_ ? "left" : "right") + " hand-side of the operation: [" + labels_text(labels) + ", " +
         labels_text(*one_.rows[first].labels) +
         "];many-to-many matching not allowed: matching labels must be unique on one side");
  }
  const LabelSet* match_labels(const LabelSet& labels) const { return subset_.pick(eval_.arena(), labels); }

  double operate(double many, double one) const { return swapped_ ? operation_(one, many) : operation_(many, one); }

  // The result of one row of each side, where both have samples.
  void add_row(const Row& many, const double* many_cells, const LabelSet* one_labels, const double* one_cells) {
    eval_.poll();
    double* cells = nullptr;
    for (size_t step = 0; step < out_.steps; ++step) {
      if (is_absent(many_cells[step]) || is_absent(one_cells[step])) continue;
      const double result = operate(many_cells[step], one_cells[step]);
      if (is_absent(result)) continue;
      if (!many_to_one()) {
        if (taken_[step]) fail(kManyToOne);
        taken_[step] = true;
      }
      if (!cells) cells = out_.add(result_labels(*many.labels, one_labels), result_drops_name());
      cells[step] = result;
    }
  }

  // Samples of the "many" side without a partner meet the fill value.
  void fill_one(uint32_t many, const uint32_t* begin, const uint32_t* end) {
    std::vector<double> cells(out_.steps, absent());
    for (size_t step = 0; step < out_.steps; ++step) {
      const bool partner = std::any_of(begin, end, [&](uint32_t row) { return !is_absent(one_.row(row)[step]); });
      if (!partner) cells[step] = *one_fill_;
    }
    merge_needed_ = merge_needed_ || begin != end;
    add_row(many_.rows[many], many_.row(many), match_labels(*many_.rows[many].labels), cells.data());
  }
  void fill_many(uint32_t one, const uint32_t* begin, const uint32_t* end) {
    std::vector<double> cells(out_.steps, absent());
    for (size_t step = 0; step < out_.steps; ++step) {
      const bool partner = std::any_of(begin, end, [&](uint32_t row) { return !is_absent(many_.row(row)[step]); });
      if (!partner) cells[step] = *many_fill_;
    }
    merge_needed_ = merge_needed_ || begin != end;
    const Row made{match_labels(*one_.rows[one].labels), false};
    add_row(made, cells.data(), one_.rows[one].labels, one_.row(one));
  }

  // As in Prometheus a name that an operand would lose stays where the operator itself keeps it.
  bool result_drops_name() const { return eval_.options().delayed_name_removal && node_.return_bool; }

  const LabelSet* result_labels(const LabelSet& many, const LabelSet* one) const {
    const Matching& m = node_.matching;
    const bool drop = drops_name(node_.op) || (node_.return_bool && !eval_.options().delayed_name_removal);
    if (m.card == Card::kOneToOne && (m.on || !m.labels.empty())) {
      std::vector<const Label*> kept;
      for (const Label* label : many) {
        const bool listed = std::find(m.labels.begin(), m.labels.end(), label->name()) != m.labels.end();
        if (listed == m.on && !(drop && is_metadata(*label))) kept.push_back(label);
      }
      return eval_.arena().set(kept);
    }
    const LabelSet* base = drop ? without_metadata(eval_.arena(), many) : &many;
    if (m.include.empty()) return base;
    LabelEditor labels(eval_.arena(), *base);
    for (const std::string& name : m.include) {
      const LabelName key(name);
      if (const Label* label = one->find(key)) {
        labels.set(label);
      } else {
        labels.erase(key);
      }
    }
    return labels.done();
  }

  Evaluation& eval_;
  const BinaryNode& node_;
  bool swapped_;
  const Grid& many_;
  const Grid& one_;
  std::optional<double> many_fill_, one_fill_;
  Subset subset_;
  SampleOperation operation_;
  Grid out_;
  uint32_t groups_ = 0;
  std::vector<const LabelSet*> representative_;
  RowList one_start_, one_rows_, many_start_, many_rows_;
  bool merge_needed_ = false;
  std::vector<bool> taken_;  // one-to-one: the steps at which the group has a result
};
}  // namespace

Grid match_vectors(Evaluation& eval, const BinaryNode& node, const Grid& left, const Grid& right) {
  return Matcher(eval, node, left, right).run();
}

}  // namespace reeve::promql
