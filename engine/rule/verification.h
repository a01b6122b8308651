/// \file
/// Did the act help? Watches one alert until it has been clear on fresh data for `hold`, or until that cannot be said.
///
/// Core thread. Lives in a base::Live table and ends itself. Source: RULES, "Verified".
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "rule/evaluation.h"

namespace reeve::rule {

class Verification {
 public:
  using Done = std::function<void(Verified, std::string why)>;
  struct Question {
    model::Alert alert;
    base::Time since;
    base::Time acted;  ///< what events tell of after that time is no part of the act: `since`, or its effect before
    base::Duration hold, within;
    Done done;
  };
  using FindRule = std::function<const LiveRule*(const std::string& rule_id)>;
  using Table = base::Live<Verification>;

  Verification(Surroundings& around, base::Loop& loop, FindRule find, Question question);
  ~Verification();
  /// Must be called once, when it stands in `table`.
  void begin(Table& table, base::Handle self);

  /// The data of its rule may have changed.
  void look();
  void on_change(const model::AlertChange& change);
  /// `event` ended its target: what is no more needs no watching, and nobody.
  void on_target_end(const model::Event& event);
  const std::string& rule_id() const { return question_.alert.rule_id; }
  const std::string& target() const { return question_.alert.target; }
  /// It watches this episode, and has no answer yet.
  bool is_about(const model::Alert& alert) const;
  /// An event of that time (its source's) can say something of how the act went: it came after it. An out-of-memory
  /// kill is seen before the death that it is, and that one may be heard of only after the restart.
  bool is_after_act(base::Time at) const { return at > question_.acted; }
  /// The source tells that the act had its effect then: what it tells of after that is news, though nobody had the
  /// outcome yet.
  void saw_effect(base::Time at) {
    if (at > question_.alert.active_at) question_.acted = std::min(question_.acted, at);
  }

 private:
  enum class At { kWatching, kAnswered };
  /// What the verified expression says now.
  enum class Answer { kClear, kNotClear, kNoData };

  void on_time();
  void deliver();
  Answer ask(const LiveRule& live);
  bool is_same_alert(const Rule& rule, const model::Labels& element) const;
  bool is_joined(const Rule& rule, const model::Labels& element) const;
  void answer(Verified verified, std::string why);
  void conclude();
  void arm(base::Boot when);

  Surroundings& around_;
  base::Loop& loop_;
  FindRule find_;
  Question question_;
  Table* table_ = nullptr;
  base::Handle self_;
  base::Boot deadline_;
  std::optional<base::Boot> clear_since_;
  bool saw_data_ = false;
  std::string why_;  // of the last look
  At at_ = At::kWatching;
  Verified verified_ = Verified::kUnknown;
  base::Loop::Id timer_ = 0;
};

}  // namespace reeve::rule
