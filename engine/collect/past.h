/// \file
/// What is known of a source and its targets, and what does a stated present say that was missed?
///
/// Filled from the ledger's projections at start, then by every event that passes. Pure: no clock, no I/O. The rules
/// are those of sdk/include/reeve/lanes.hpp ("Stating the present") and manifest.hpp (Recovers).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "collect/records.h"
#include "model/event.h"
#include "plugin/plugin.h"

namespace reeve::collect {

/// One instance as a source of events.
struct SourcePast {
  bool seen = false;   ///< it has been heard of before, so that what is missing was missed
  std::string cursor;  ///< after the last event
  base::Time covered;  ///< up to here nothing can have been missed
  bool gap = false;    ///< it is looked at anew and has not yet stated the present to the end
  base::Time stated;   ///< the moment of the present being stated; zero: none
};

class Past {
 public:
  /// Rows of `sources` and `targets`.
  void restore(const std::vector<model::Value>& sources, const std::vector<model::Value>& targets);

  /// The source is looked at anew.
  void open(const std::string& instance);
  /// A default one for a source never heard of.
  SourcePast source(const std::string& instance) const;

  /// False: the event's cursor is not after the one known.
  bool is_new(const std::string& instance, const std::string& cursor) const;
  /// A state that says the same as the last one about its target, and moves no cursor.
  bool is_unchanged(const plugin::Manifest& manifest, const model::Event& state) const;
  /// The events that a state shows and that are not known, in the order in which they happened.
  std::vector<model::Event> missed(const plugin::Manifest& manifest, const model::Event& state) const;
  /// Takes note of an event that goes into the ledger, and says what has to be written beside it.
  Note take(const plugin::Manifest& manifest, const model::Event& event);

 private:
  struct Known {
    base::Time at;
    model::Value values = model::Value::map();
  };
  using Kinds = std::map<std::string, Known>;  ///< by event type
  const Known* find(const std::string& target, const std::string& type) const;
  bool missed_by_time(const SourcePast& source, const plugin::EventSpec& kind, const plugin::RecoverSpec& spec,
                      const model::Event& state) const;
  bool known_since(const plugin::EventSpec& kind, const plugin::RecoverSpec& spec, const model::Event& state,
                   base::Time known, base::Time at) const;
  bool missed_by_value(const SourcePast& source, const plugin::RecoverSpec& spec, const model::Event& state,
                       base::Time at, base::Time reset) const;
  base::Time last(const std::string& target, const std::string& type, const std::vector<model::Event>& more) const;
  void move(const std::string& instance, const model::Event& event, bool is_state);

  std::map<std::string, SourcePast> sources_;
  std::map<std::string, Kinds> targets_;
};

}  // namespace reeve::collect
