#include <algorithm>
#include <set>
#include <unordered_map>

#include "series/head_state.h"

namespace reeve::series {

namespace {
// More selectors than rules have: forgets them all rather than grow without end.
constexpr size_t kMostSelections = 8192;

// One matcher asked of many series: an equality is one comparison of pointers, a regular expression is asked once for
// each label.
class Check {
 public:
  Check(const CompiledMatcher& matcher, const LabelIndex& labels) : matcher_(matcher), name_(matcher.name()) {
    const Matcher& m = matcher.matcher();
    by_pointer_ = (m.kind == Matcher::Kind::kEqual || m.kind == Matcher::Kind::kNotEqual);
    if (by_pointer_ && !m.value.empty()) label_ = labels.find(m.name, m.value);
  }
  bool operator()(const LabelSet& set) {
    const Label* label = set.find(name_);
    if (by_pointer_) {
      const bool equals = matcher_.matcher().value.empty() ? !label : label && label == label_;
      return equals == (matcher_.matcher().kind == Matcher::Kind::kEqual);
    }
    if (!label) return matcher_.matches_empty();
    const auto [known, fresh] = answers_.try_emplace(label, false);
    if (fresh) known->second = matcher_.matches(label->value());
    return known->second;
  }

 private:
  const CompiledMatcher& matcher_;
  LabelName name_;
  bool by_pointer_ = false;
  const Label* label_ = nullptr;
  std::unordered_map<const Label*, bool> answers_;
};

// The labels of which a matching series must carry one; false when the matcher names none.
bool wanted_labels(const CompiledMatcher& matcher, const LabelIndex& index, std::vector<const IndexedLabel*>& out) {
  if (matcher.matches_empty()) return false;
  const std::string& name = matcher.matcher().name;
  if (const auto* literals = matcher.literals()) {
    const std::set<std::string> distinct(literals->begin(), literals->end());
    for (const std::string& value : distinct)
      if (const IndexedLabel* label = index.find(name, value)) out.push_back(label);
    return true;
  }
  for (const IndexedLabel* label : index.with_name(name))
    if (label->ids.size() > 0 && matcher.matches(label->value())) out.push_back(label);
  return true;
}

size_t count_ids(const std::vector<const IndexedLabel*>& labels) {
  size_t count = 0;
  for (const IndexedLabel* label : labels) count += label->ids.size();
  return count;
}
}  // namespace

std::vector<uint32_t> Head::State::resolve(const CompiledMatchers& matchers, uint32_t from_id) const {
  // The matcher that leaves the fewest candidates gives them; literals are tried before expressions, because finding
  // the labels of an expression asks it about every value.
  std::vector<const IndexedLabel*> best;
  const CompiledMatcher* chosen = nullptr;
  for (const bool literal : {true, false}) {
    if (!literal && chosen) break;
    for (const CompiledMatcher& matcher : matchers) {
      std::vector<const IndexedLabel*> labels;
      if ((matcher.literals() != nullptr) != literal || !wanted_labels(matcher, shared->labels, labels)) continue;
      if (chosen && count_ids(labels) >= count_ids(best)) continue;
      best = std::move(labels);
      chosen = &matcher;
    }
  }
  std::vector<Check> checks;
  for (const CompiledMatcher& matcher : matchers)
    if (&matcher != chosen) checks.emplace_back(matcher, shared->labels);
  std::vector<uint32_t> ids;
  const auto consider = [&](uint32_t id) {
    const StoredSeries* series = by_id[id];
    if (series && std::all_of(checks.begin(), checks.end(), [&](Check& check) { return check(*series->set()); }))
      ids.push_back(id);
  };
  if (!chosen) {
    for (uint32_t id = from_id; id < by_id.size(); ++id) consider(id);
    return ids;
  }
  for (const IndexedLabel* label : best)
    for (const uint32_t* id = std::lower_bound(label->ids.begin(), label->ids.end(), from_id); id != label->ids.end();
         ++id)
      consider(*id);
  if (best.size() > 1) std::sort(ids.begin(), ids.end());
  return ids;
}

base::Result<std::vector<uint32_t>> Head::State::selected(const Matchers& matchers) {
  std::string key = cache_key(matchers);
  auto found = selections.find(key);
  if (found == selections.end()) {
    REEVE_TRY(CompiledMatchers compiled, compile(matchers));
    if (selections.size() >= kMostSelections) selections.clear();
    found = selections.emplace(std::move(key), CachedSelection{std::move(compiled), {}, 0}).first;
  }
  CachedSelection& selection = found->second;
  if (selection.next_id < by_id.size()) {
    const std::vector<uint32_t> fresh = resolve(selection.matchers, selection.next_id);
    selection.ids.insert(selection.ids.end(), fresh.begin(), fresh.end());
    selection.next_id = static_cast<uint32_t>(by_id.size());
  }
  return selection.ids;
}

base::Result<std::vector<const SeriesView*>> Head::select(const Matchers& matchers) const {
  REEVE_TRY(const std::vector<uint32_t> ids, state_->selected(matchers));
  std::vector<const SeriesView*> series;
  series.reserve(ids.size());
  for (const uint32_t id : ids)
    if (const StoredSeries* one = state_->by_id[id]) series.push_back(one);
  return series;
}

}  // namespace reeve::series
