#include "app/recorder.h"

namespace reeve::app {

uint64_t Recorder::append(model::Entry entry) {
  if (entry.at.us == 0) entry.at = clock_.wall();
  model::Entry copy = entry;
  copy.seq = inner_.append(std::move(entry));
  seen_(copy);
  return copy.seq;
}

uint64_t Recorder::append(model::Entry entry, ledger::OnDurable done) {
  if (entry.at.us == 0) entry.at = clock_.wall();
  model::Entry copy = entry;
  copy.seq = inner_.append(std::move(entry), std::move(done));
  seen_(copy);
  return copy.seq;
}

}  // namespace reeve::app
