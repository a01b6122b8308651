#include "exec/collector.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "common/metrics/utf8.h"

namespace reeve::exec {

namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;
constexpr size_t kAtATime = 8;

void threshold(const std::optional<Range>& range, const char* level, Labels labels, Samples& out) {
  if (!range) return;
  labels.emplace_back("level", level);
  labels.emplace_back("alert", range->inside ? "inside" : "outside");
  labels.emplace_back("bound", "low");
  if (std::isfinite(range->low)) out.add("exec_perfdata_threshold", range->low, labels);
  labels.back().second = "high";
  if (std::isfinite(range->high)) out.add("exec_perfdata_threshold", range->high, labels);
}

void tell(const Check& check, const Result& result, Samples& out) {
  Labels labels = {{"check", check.name}};
  out.add("exec_exit_code", result.exit_code, labels);
  out.add("exec_duration_seconds", result.seconds, labels);
  out.add("exec_timed_out", result.late ? 1 : 0, labels);
  for (const Perfdata& item : result.said.perfdata) {
    Labels each = labels;
    each.emplace_back("label", common::metrics::printable_utf8(item.label, 256));
    each.emplace_back("unit", common::metrics::printable_utf8(item.unit, 64));
    out.add("exec_perfdata", item.value, each);
    if (item.minimum) out.add("exec_perfdata_min", *item.minimum, each);
    if (item.maximum) out.add("exec_perfdata_max", *item.maximum, each);
    threshold(item.warning, "warning", each, out);
    threshold(item.critical, "critical", each, out);
  }
}

}  // namespace

Result run_check(const Settings& settings, const Check& check, const common::Deadline& deadline) {
  Result result;
  auto from = std::chrono::steady_clock::now();
  auto ended = common::run(settings.command(check.argv), "", deadline.at_most_ms(check.timeout.count()));
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  if (!ended) {
    result.problem = ended.fault().text;
    return result;
  }
  result.late = ended->late;
  if (ended->late || ended->signal != 0) {
    result.problem = check.argv[0] + ": " + ended->text();
  } else {
    result.exit_code = ended->code;
  }
  result.said = parse_output(ended->out.empty() ? ended->err : ended->out);
  return result;
}

void ExecCollector::collect(Samples& out) {
  // A little of the time is kept for telling what there is: one check that hangs must not hide the others.
  constexpr int64_t kToTellMs = 200;
  auto deadline = common::Deadline::after_ms(std::max<int64_t>(1, out.left().count() - kToTellMs))
                      .stopped_by([&out] { return out.cancelled(); }, out.cancel_fd());
  std::vector<Result> results(settings_.checks.size());
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i = next++; i < results.size(); i = next++) {
      results[i] = run_check(settings_, settings_.checks[i], deadline);
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < std::min(kAtATime, results.size()); ++i) threads.emplace_back(work);
  work();
  for (std::thread& each : threads) each.join();
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].problem.empty()) {
      out.log(Log::kWarn, "check " + settings_.checks[i].name + ": " + results[i].problem);
    }
    tell(settings_.checks[i], results[i], out);
  }
}

}  // namespace reeve::exec
