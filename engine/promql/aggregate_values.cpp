// count_values: how often each value occurs.
#include <bit>

#include "base/text.h"
#include "promql/aggregations.h"
#include "promql/histogram_math.h"
#include "promql/quote.h"

namespace reeve::promql {

Grid count_values(Evaluation& eval, const AggregateNode& node, const Grid& in) {
  const std::string label = eval.text(*node.parameter);
  if (label.empty() || !base::is_utf8(label)) fail("invalid label name " + quote(label));
  std::vector<std::string> grouping = node.grouping;
  if (!node.without) grouping.push_back(label);
  const Subset subset(node.without ? Subset::Mode::kAllBut : Subset::Mode::kOnly, grouping);
  Grid out(static_cast<int32_t>(in.steps));
  HashIndex index;
  for (size_t i = 0; i < in.size(); ++i) {
    eval.poll();
    uint64_t last_bits = kAbsentBits;
    uint32_t last_row = 0;
    for (size_t step = 0; step < in.steps; ++step) {
      const double cell = in.row(i)[step];
      if (is_absent(cell)) continue;
      if (std::bit_cast<uint64_t>(cell) != last_bits) {
        LabelEditor labels(eval.arena(), *in.rows[i].labels);
        labels.set(label, is_histogram(cell) ? histogram_text(eval.histogram(cell)) : plain_number(cell));
        const LabelSet* picked = subset.pick(eval.arena(), *labels.done());
        const auto [row, fresh] =
            index.add(picked->hash(), [&](uint32_t known) { return same(*out.rows[known].labels, *picked); });
        if (fresh) out.add(picked, false);
        last_bits = std::bit_cast<uint64_t>(cell);
        last_row = row;
      }
      double& count = out.row(last_row)[step];
      count = is_absent(count) ? 1 : count + 1;
    }
  }
  eval.count_samples(out.cells.size());
  return out;
}

}  // namespace reeve::promql
