#include "ledger/filter.h"

#include <algorithm>
#include <charconv>

#include "model/json.h"

namespace reeve::ledger {

namespace {
void add_causes(const model::Value& causes, std::vector<uint64_t>& seqs) {
  for (const model::Value& cause : causes.as_list()) {
    const std::string& id = cause.as_string();
    uint64_t seq = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), seq);
    if (error == std::errc() && end != id.data() + id.size() && *end == '.') seqs.push_back(seq);
  }
}
}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return true;
  if (pattern.back() != '*') return pattern == text;
  pattern.remove_suffix(1);
  return text.substr(0, pattern.size()) == pattern;
}

bool matches(const Filter& filter, const model::Entry& entry) {
  return entry.seq > filter.after_seq && (!filter.from || entry.at >= *filter.from) &&
         (!filter.to || entry.at < *filter.to) && matches_pattern(filter.kind, entry.kind) &&
         matches_pattern(filter.actor, entry.actor) && matches_pattern(filter.subject, entry.subject) &&
         matches_pattern(filter.run, entry.run);
}

std::vector<uint64_t> cause_seqs(const model::Entry& entry) {
  std::vector<uint64_t> seqs;
  add_causes(entry.facts["causes"], seqs);
  if (seqs.empty() && entry.body && entry.body->find("\"causes\"") != std::string::npos) {
    if (const auto body = model::parse_json(*entry.body); body.ok()) add_causes((*body)["causes"], seqs);
  }
  std::sort(seqs.begin(), seqs.end());
  seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
  return seqs;
}

}  // namespace reeve::ledger
