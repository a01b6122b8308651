/// \file
/// What of the sources and their events stands in the ledger? The entry `events.accepted` and its two projections.
///
/// `sources`: how far each instance was read. `targets`: the last event or state of each kind about each target, as far
/// as the manifest needs it to find out later what was missed. Pure.
#pragma once

#include <string>
#include <vector>

#include "model/entry.h"
#include "model/event.h"

namespace reeve::collect {

/// What collect knows beside an event, for its facts.
struct Note {
  bool keep = false;                         ///< a row of `targets`
  model::Value known = model::Value::map();  ///< small values, no foreign text: states, hashes, numbers
  std::vector<std::string> forget;           ///< kinds of rows about this target that end
};
/// How far a source was read.
struct Position {
  std::string cursor;  ///< empty: unchanged
  base::Time covered;  ///< up to here nothing can have been missed
};

/// facts {instance, count, cursor?, covered_us, events: [{index, type, target, at_us, recovered?, caused_by?, known?,
/// forget?}]}, body: the events as JSON. `notes` has one for each event.
model::Entry entry_of(const std::string& instance, const std::vector<model::Event>& events,
                      const std::vector<Note>& notes, const Position& position);

std::vector<model::Table> tables();
/// Of `events.accepted`; nothing for any other kind.
std::vector<model::RowChange> project(const model::Entry& entry);

}  // namespace reeve::collect
