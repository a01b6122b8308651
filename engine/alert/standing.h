/// \file
/// What was told as firing that no alert's end takes back? News of runs, which a receiver would else show for ever.
///
/// Core thread. Design: engine/decisions/008-news-end.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alert/alert.h"

namespace reeve::alert {

/// A message as it was told, and what is its end.
struct News {
  std::string key;     ///< of its delivery
  model::Alert alert;  ///< as told
  std::string kind, run, about;
  bool of_alert = false;  ///< ends with its alert
  base::Boot until;       ///< else: at the latest then
  base::Uuid correlation{};

  /// What restores it: labels and words, for a body.
  model::Value to_value() const;
  static News from_value(const std::string& key, const model::Value& value);
};

/// Each answer takes the news that it names out of what stands.
class Standing {
 public:
  /// News without an end of their own stand so long.
  static constexpr base::Duration kStands = base::hours(1);
  static constexpr size_t kMost = 1000;  ///< the oldest gives way: it is due at once

  void add(News news);
  bool has(const std::string& key) const { return by_key_.contains(key); }
  std::vector<News> end_of_alert(const model::Alert& alert);
  /// What a run's end or another's success says.
  std::vector<News> end_by(const Message& message);
  std::vector<News> due(base::Boot now);
  std::optional<base::Boot> next_due() const;

 private:
  template <class Is>
  std::vector<News> take(Is&& is_meant);

  std::map<std::string, News> by_key_;
};

}  // namespace reeve::alert
