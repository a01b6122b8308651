/// \file
/// Who sees what is written to the ledger? A Ledger in front of the real one: the guard's memory and the live watchers.
///
/// Core thread. Everything that the engine appends goes through here, so the gate can never lag behind the journal.
#pragma once

#include <functional>

#include "ledger/ledger.h"

namespace reeve::app {

class Recorder : public ledger::Ledger {
 public:
  using Seen = std::function<void(const model::Entry&)>;
  Recorder(ledger::Ledger& inner, const base::Clock& clock, Seen seen)
      : inner_(inner), clock_(clock), seen_(std::move(seen)) {}

  uint64_t append(model::Entry entry) override;
  uint64_t append(model::Entry entry, ledger::OnDurable done) override;
  void flush(ledger::OnDurable done) override { inner_.flush(std::move(done)); }
  base::Hash put_blob(std::string bytes) override { return inner_.put_blob(std::move(bytes)); }
  uint64_t redact(uint64_t seq, const std::string& actor, const std::string& reason, ledger::OnDurable done) override {
    return inner_.redact(seq, actor, reason, std::move(done));
  }
  void rotate(const std::string& actor, ledger::OnDurable done) override { inner_.rotate(actor, std::move(done)); }
  bool writable() const override { return inner_.writable(); }
  ledger::Head head() const override { return inner_.head(); }
  ledger::Counters counters() const override { return inner_.counters(); }

 private:
  ledger::Ledger& inner_;
  const base::Clock& clock_;
  Seen seen_;
};

}  // namespace reeve::app
