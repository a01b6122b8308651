// What anyone types first: is it halted, what is wrong, what runs, what waits for me? One screen.
#include <algorithm>
#include <ostream>

#include "api/api.h"
#include "cli/commands.h"
#include "cli/latches.h"
#include "cli/run_text.h"

namespace reeve::cli {

namespace {
using api::StatusReport;
using model::Value;

constexpr size_t kMostRows = 8;
constexpr size_t kTextColumns = 70;

/// One report on one screen.
class Screen {
 public:
  Screen(const Context& context, const StatusReport& report)
      : context_(context), report_(report), out_(context.out()), now_(context.io.clock.wall()) {}

  void print() {
    head();
    halts();
    problems();
    alerts();
    approvals();
    runs();
    sources();
    ledger();
  }

 private:
  std::string paint(std::string_view text, Colour colour) const { return context_.style.paint(text, colour); }
  void head();
  void halts();
  void problems();
  void alerts();
  void approvals();
  void runs();
  void sources();
  void ledger();
  void rest(size_t total, const char* command) {
    if (total > kMostRows) out_ << "  ... and " << total - kMostRows << " more: reeve " << command << '\n';
  }

  const Context& context_;
  const StatusReport& report_;
  std::ostream& out_;
  base::Time now_;
};

bool is_bad(const StatusReport::Source& source) {
  return source.state != "up" && source.state != "starting";
}

bool all_well(const StatusReport& report) {
  return report.running && report.halts.empty() && report.problems.empty() && report.alerts.empty() &&
         report.approvals.as_list().empty() && report.ledger_writable &&
         std::none_of(report.sources.begin(), report.sources.end(), is_bad) &&
         std::none_of(report.runs.begin(), report.runs.end(),
                      [](const model::RunRow& run) { return run.state == model::RunState::kParked; });
}

void Screen::head() {
  if (report_.running) {
    out_ << "reeve " << report_.version << ", running for " << span(now_ - report_.started) << " (pid " << report_.pid
         << ")";
  } else {
    out_ << paint("reeve is not running", Colour::kRed);
  }
  out_ << (all_well(report_) ? ": " + paint("all is well", Colour::kGreen) : "") << '\n';
}

void Screen::halts() {
  for (const StatusReport::Halt& halt : report_.halts) {
    const bool all = halt.scope.empty() || halt.scope == "*";
    out_ << paint("HALTED", Colour::kRed) << " " << (all ? "everything" : printable(halt.scope)) << ": "
         << printable(halt.reason) << " (" << printable(halt.owner);
    if (halt.since.us != 0) out_ << ", " << ago(halt.since, now_);
    out_ << ")  to go on: reeve halt --lift" << (all ? "" : " --scope '" + printable(halt.scope) + "'") << '\n';
  }
}

void Screen::problems() {
  bool said = false;
  for (const std::string& problem : report_.problems) {
    out_ << paint("wrong", Colour::kRed) << "   " << printable(problem) << '\n';
    said = said || base::starts_with(problem, "ledger");
  }
  if (report_.running && !report_.ledger_writable && !said)
    out_ << paint("wrong", Colour::kRed) << "   the ledger cannot be written: nothing is changed, alerts go on\n";
}

void Screen::alerts() {
  const auto firing = std::count_if(report_.alerts.begin(), report_.alerts.end(), [](const model::Alert& alert) {
    return alert.state == model::AlertState::kFiring;
  });
  const auto pending = static_cast<long>(report_.alerts.size()) - firing;
  out_ << "alerts   " << firing << " firing, " << pending << " pending\n";
  auto sorted = report_.alerts;
  std::stable_sort(sorted.begin(), sorted.end(), [](const model::Alert& a, const model::Alert& b) {
    return a.state == model::AlertState::kFiring && b.state != model::AlertState::kFiring;
  });
  Table table({"ALERT", "STATE", "SINCE", "LABELS"});
  for (size_t i = 0; i < std::min(sorted.size(), kMostRows); ++i) {
    const model::Alert& alert = sorted[i];
    const bool fires = alert.state == model::AlertState::kFiring;
    table.add({std::string(alert.labels.get(model::kAlertNameLabel)),
               {alert_state_name(alert.state), fires ? Colour::kRed : Colour::kYellow},
               ago(alert.active_at, now_),
               shortened(labels_text(alert.labels.to_value()), context_.style.columns(kTextColumns))});
  }
  table.print(out_, context_.style, "  ");
  rest(sorted.size(), "alerts");
}

void Screen::approvals() {
  const auto& waiting = report_.approvals.as_list();
  if (waiting.empty()) return;
  out_ << paint("waiting for your answer", Colour::kYellow) << ": reeve approve ID, or reeve deny ID\n";
  Table table({"ID", "RUNBOOK", "WHAT"});
  for (size_t i = 0; i < std::min(waiting.size(), kMostRows); ++i)
    table.add({waiting[i]["id"].text(), waiting[i]["runbook"].text(),
               shortened(waiting[i]["text"].as_string(), context_.style.columns(kTextColumns))});
  table.print(out_, context_.style, "  ");
  rest(waiting.size(), "approve");
}

void Screen::runs() {
  const auto parked = std::count_if(report_.runs.begin(), report_.runs.end(),
                                    [](const model::RunRow& run) { return run.state == model::RunState::kParked; });
  out_ << "runs     " << report_.runs.size() << " under way, " << parked << " of them parked\n";
  Table table({"RUN", "RUNBOOK", "STATE", "STARTED", "WHY"});
  for (size_t i = 0; i < std::min(report_.runs.size(), kMostRows); ++i) {
    const model::RunRow& run = report_.runs[i];
    const bool is_parked = run.state == model::RunState::kParked;
    table.add({run.id,
               run.runbook,
               {run_state_name(run.state), is_parked ? Colour::kYellow : Colour::kNone},
               ago(run.started, now_),
               shortened(run.reason + (run.message.empty() || run.reason.empty() ? "" : ": ") + run.message,
                         context_.style.columns(kTextColumns))});
  }
  table.print(out_, context_.style, "  ");
  for (size_t i = 0; i < std::min(report_.runs.size(), kMostRows); ++i)
    say_in_doubt(out_, report_.runs[i].reason, report_.runs[i].id);
  rest(report_.runs.size(), "runs");
}

void Screen::sources() {
  if (!report_.running) return;
  const auto down = std::count_if(report_.sources.begin(), report_.sources.end(), is_bad);
  out_ << "sources  " << static_cast<long>(report_.sources.size()) - down << " up, " << down << " down\n";
  Table table({"SOURCE", "STATE", "WHY"});
  size_t shown = 0;
  for (const StatusReport::Source& source : report_.sources)
    if (is_bad(source) && shown++ < kMostRows)
      table.add({source.instance,
                 {source.state, Colour::kRed},
                 shortened(source.error, context_.style.columns(kTextColumns))});
  table.print(out_, context_.style, "  ");
  rest(static_cast<size_t>(down), "plugin list");
}

void Screen::ledger() {
  out_ << "ledger   entry " << report_.head.seq << ", " << ago(report_.head.at, now_) << ", hash "
       << base::hex(report_.head.hash).substr(0, 16) << '\n';
  if (report_.running)
    out_ << "watching " << report_.rules << " rules, " << report_.runbooks << " runbooks, " << report_.series
         << " series\n";
}

enum Nagios { kNagiosOk = 0, kNagiosWarning = 1, kNagiosCritical = 2, kNagiosUnknown = 3 };

bool is_grave(const model::Alert& alert) {
  const auto severity = alert.labels.get("severity");
  return alert.state == model::AlertState::kFiring && (severity == "critical" || severity == "page");
}

// "REEVE WARNING - 1 alert firing | alerts=1 ...", and the exit code that Nagios reads.
int nagios(const Context& context, const StatusReport& report) {
  size_t firing = 0, grave = 0, parked = 0, down = 0;
  for (const model::Alert& alert : report.alerts) {
    firing += alert.state == model::AlertState::kFiring ? 1 : 0;
    grave += is_grave(alert) ? 1 : 0;
  }
  for (const model::RunRow& run : report.runs) parked += run.state == model::RunState::kParked ? 1 : 0;
  for (const StatusReport::Source& source : report.sources) down += is_bad(source) ? 1 : 0;
  const size_t waiting = report.approvals.as_list().size();

  std::vector<std::string> words;
  const auto say = [&words](size_t count, const char* what) {
    if (count > 0) words.push_back(std::to_string(count) + " " + what);
  };
  if (!report.running) words.emplace_back("not running");
  if (report.running && !report.ledger_writable) words.emplace_back("ledger cannot be written");
  for (const std::string& problem : report.problems) words.push_back(printable(problem));
  if (!report.halts.empty()) words.emplace_back("halted");
  say(firing, "firing");
  say(parked, "parked");
  say(waiting, "waiting for approval");
  say(down, ("of " + std::to_string(report.sources.size()) + " sources down").c_str());

  int state = words.empty() ? kNagiosOk : kNagiosWarning;
  if (!report.running || !report.ledger_writable || !report.problems.empty() || grave > 0) state = kNagiosCritical;
  static constexpr const char* kNames[] = {"OK", "WARNING", "CRITICAL"};
  std::string text = words.empty() ? "all is well" : base::join(words, ", ");
  std::replace(text.begin(), text.end(), '|', '/');  // what follows a bar is performance data
  context.out() << "REEVE " << kNames[state] << " - " << text << " | alerts=" << firing
                << " runs=" << report.runs.size() << " parked=" << parked << " approvals=" << waiting
                << " sources_down=" << down << '\n';
  return state;
}

int nagios_unreachable(const Context& context, const base::Error& error) {
  std::string text = printable(error.text);
  std::replace(text.begin(), text.end(), '|', '/');
  const bool down = error.fault == base::Fault::kUnavailable || error.fault == base::Fault::kTimeout;
  context.out() << "REEVE " << (down ? "CRITICAL" : "UNKNOWN") << " - " << text << '\n';
  return down ? kNagiosCritical : kNagiosUnknown;
}
}  // namespace

int status(const Arguments& arguments, Context& context) {
  const auto offline = [&context](ledger::Reader& reader) -> base::Result<Value> {
    REEVE_TRY(const std::string folder, context.state());
    REEVE_TRY(StatusReport report, api::offline_status(reader, folder));
    REEVE_TRY(const auto in_ledger, latched(reader));
    for (const StatusReport::Halt& halt : in_ledger)
      if (std::none_of(report.halts.begin(), report.halts.end(), [&](const auto& h) { return h.scope == halt.scope; }))
        report.halts.push_back(halt);
    return report.to_value();
  };
  const bool is_nagios = arguments.has("--nagios");
  const auto answer = is_nagios ? context.get("/api/reeve/status") : context.get_or_read("/api/reeve/status", offline);
  if (!answer.ok()) return is_nagios ? nagios_unreachable(context, answer.error()) : context.fail(answer.error());
  const StatusReport report = StatusReport::from_value(*answer);
  if (is_nagios) return nagios(context, report);
  if (!context.print_data(*answer)) Screen(context, report).print();
  return kOk;
}

}  // namespace reeve::cli
