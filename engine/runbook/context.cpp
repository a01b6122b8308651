#include "runbook/context.h"

#include <algorithm>

#include "runbook/read.h"
#include "runbook/run.h"
#include "runbook/step.h"
#include "runbook/wait.h"

namespace reeve::runbook {

Context::Context(Ports& the_ports, ledger::Ledger& the_ledger, base::Loop& the_loop, base::Random& the_random)
    : ports(the_ports), ledger(the_ledger), loop(the_loop), random(the_random) {}

Context::~Context() = default;

base::Duration retry_delay(int attempt, const base::Error& error, base::Random& random) {
  const base::Duration asked = base::millis(error.retry_after_ms);
  const base::Duration doubling = base::millis(200) * (int64_t{1} << std::min(attempt, 6));
  uint8_t chance = 0;
  random.fill(&chance, 1);
  const base::Duration delay = std::max(asked, doubling);
  return base::micros(delay.us + delay.us * 3 * chance / 2560);
}

void stamp(model::Value& facts, const base::Clock& clock) {
  facts.set("boot_us", clock.boot().us).set("boot_id", clock.boot_id());
}

base::Boot stamped(const model::Entry& entry, const base::Clock& clock) {
  const base::Boot now = clock.boot();
  if (entry.facts["boot_id"].as_string() == clock.boot_id())
    return std::min(now, base::Boot{entry.facts["boot_us"].as_int()});
  // Another boot: by wall time; if that went back, it counts as just now.
  const base::Duration ago = std::max(base::Duration{}, clock.wall() - entry.at);
  return now - ago;
}

base::Result<base::Duration> duration_of(const model::Value& value, const std::string& name) {
  if (value.is_number()) {
    if (value.as_double() >= 0 && value.as_double() < 1e9)
      return base::micros(static_cast<int64_t>(value.as_double() * 1e6));
    return base::invalid(name + " is a duration like \"30s\"");
  }
  auto read = base::parse_duration(value.as_string());
  if (!read.ok()) return base::invalid(name + ": " + read.error().text);
  return read;
}

void Context::wake_deferred() {
  runs.each([this](base::Handle handle, Run& run) {
    if (run.parked() == "deferred") loop.post(runs.on(handle, &Run::on_wake));
  });
}

}  // namespace reeve::runbook
