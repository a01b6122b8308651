#include "cli/grammar.h"

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/commands.h"

namespace reeve::cli {

namespace {
const Option kLimit{"--limit", "N", "at most so many, the newest", false, {}};
const Option kFollow{"-f,--follow", "", "go on with what comes", false, {}};
const Option kDb{"--db", "FILE", "a ledger file instead of the state folder's", false, {}};
const Option kTo{"--to", "TIME", "before this time", false, {}};
const Option kStrict{"--strict", "", "lint findings count: exit code 3", false, {}};
const Option kRun{"--run", "REGEX", "only the tests whose name matches", true, {}};
const Option kDiff{"--diff", "", "show the difference of wanted and got", false, {}};
const Option kUnknown{"--ignore-unknown-fields", "", "of test files", false, {}};
const Option kJunit{"--junit", "FILE", "write the results as JUnit XML", false, {}};
const Option kScope{"--scope", "SCOPE", "target keys, as docker/*; default: everything", false, {}};
const Option kParam{"--param", "K=V", "a parameter of the runbook", true, {}};

std::vector<Option> audit_filter() {
  return {{"--from", "TIME", "from this time on (RFC 3339 or Unix seconds)", false, {}},
          kTo,
          {"--since", "DURATION", "so far back from now; default 24h", false, {}},
          {"--all", "", "from the first entry on", false, {}},
          {"--kind", "KIND", "exact, or a beginning that ends in *", false, {}},
          {"--actor", "ACTOR", "who did it", false, {}},
          {"--subject", "KEY", "what it is about", false, {}},
          {"--correlation", "ID", "one story: follows causes and joins", false, {}},
          {"--run", "ID", "entries of one run", false, {}},
          kLimit,
          {"--body", "", "the table shows bodies too", false, {}},
          kDb};
}

std::vector<Option> with(std::vector<Option> options, Option one) {
  options.push_back(std::move(one));
  return options;
}

void add_engine_commands(std::vector<Command>& out) {
  out.push_back({"serve",
                 "Run the engine",
                 {{"--listen", "ADDRESS", "instead of the configuration's", false, {}},
                  {"--log-level", "LEVEL", "default info", false, {"debug", "info", "warn", "error"}},
                  {"--log-format", "FORMAT", "default logfmt", false, {"logfmt", "json"}}},
                 {},
                 serve});
  out.push_back({"status",
                 "What is wrong, what runs, what waits for you",
                 {{"--nagios", "", "answer as a Nagios plugin", false, {}}},
                 {},
                 status});
  out.push_back({"reload", "Read configuration, rules and runbooks again, all or nothing", {}, {}, reload});
  out.push_back({"demo",
                 "See reeve heal a real service in under a minute",
                 {{"--stay", "", "keep running until Ctrl-C", false, {}}},
                 {},
                 demo});
  out.push_back({"demo-service",
                 "The demo's patient",
                 {{"--port", "N", "", false, {}}, {"--pidfile", "FILE", "", false, {}}},
                 {},
                 demo_service,
                 true});
  out.push_back({"doctor", "Look for what would keep reeve from working here", {}, {}, doctor});
}

void add_content_commands(std::vector<Command>& out) {
  const Positional paths{"PATH", "files or folders; default: the configuration and what it names", false, true, {}};
  const Positional files{"FILE", "rule files", false, true, {}};
  out.push_back(
      {"check", "Check configuration, rules and runbooks; the kind is found by content", {kStrict}, {paths}, check});
  out.push_back({"check rules",
                 "As promtool check rules",
                 {{"--lint", "LINTS", "default duplicate-rules", false, {"all", "duplicate-rules", "none"}},
                  {"--lint-fatal", "", "findings give exit code 3", false, {}}},
                 {files},
                 check_rules});
  out.push_back({"test", "Run tests of rules, runbooks and plugins", {kRun, kDiff, kUnknown, kJunit}, {paths}, test});
  out.push_back({"test rules",
                 "As promtool test rules",
                 {kRun, kDiff, kUnknown, kJunit},
                 {{"FILE", "test files", false, true, {}}},
                 test_rules});
  out.push_back({"new",
                 "Write a first rule, runbook or plugin, with its test",
                 {{"--lang", "LANG", "of a plugin; default cpp", false, {"cpp", "python", "sh"}}},
                 {{"KIND", "rule, runbook or plugin", true, false, {"rule", "runbook", "plugin"}},
                  {"NAME", "letters, digits, - and _", true, false, {}}},
                 new_thing});
}

void add_work_commands(std::vector<Command>& out) {
  out.push_back({"run",
                 "Start a runbook",
                 {kParam,
                  {"--dry-run", "", "only print what it would do", false, {}},
                  {"--wait", "", "until it ends", false, {}},
                  {"--timeout", "DURATION", "of --wait and --local; default 1h", false, {}},
                  {"--local", "", "without a running engine: start one for this run", false, {}}},
                 {{"NAME", "as docker/restart_container", true, false, {}}},
                 run_runbook});
  out.push_back({"query",
                 "Evaluate a PromQL expression",
                 {{"--time", "TIME", "default now", false, {}},
                  {"--start", "TIME", "of a range", false, {}},
                  {"--end", "TIME", "of a range; default now", false, {}},
                  {"--step", "DURATION", "of a range; default a hundredth of it", false, {}}},
                 {{"EXPR", "", true, false, {}}},
                 query});
  out.push_back({"alerts", "What is wrong now", {}, {}, alerts});
  out.push_back({"runs",
                 "Runs of runbooks, newest first; with an ID its whole story",
                 {{"--in", "STATE", "only these", false, {"queued", "running", "parked", "cleaning", "ended"}}, kLimit},
                 {{"ID", "or its beginning", false, false, {}}},
                 runs});
  out.push_back({"cancel", "End a run; its clean-up runs", {}, {{"ID", "", true, false, {}}}, cancel});
  out.push_back({"settle",
                 "Say what became of a step in doubt",
                 {},
                 {{"ID", "of the run", true, false, {}},
                  {"PATH", "of the step", true, false, {}},
                  {"ANSWER", "happened, repeat or abort", true, false, {"happened", "repeat", "abort"}}},
                 settle});
  out.push_back({"events",
                 "What the sources told",
                 {kFollow, {"--since", "DURATION", "so far back; default 24h", false, {}}, kLimit},
                 {},
                 events});
  out.push_back({"approve", "Say yes; without an ID: what waits", {}, {{"ID", "", false, false, {}}}, approve});
  out.push_back({"deny", "Say no", {{"--reason", "TEXT", "", false, {}}}, {{"ID", "", true, false, {}}}, deny});
  out.push_back({"reset",
                 "Let a remediation be tried again that its breaker stopped",
                 {{"--reason", "TEXT", "needed: why it may be tried again", false, {}}},
                 {{"RUNBOOK", "as docker/restart_container", true, false, {}},
                  {"TARGET", "as docker/local/web; default: all targets", false, false, {}}},
                 reset});
  out.push_back(
      {"halt",
       "The kill switch: nothing is changed any more; works without an engine",
       {{"--reason", "TEXT", "needed to pull it", false, {}}, {"--lift", "", "let it go on", false, {}}, kScope},
       {},
       halt});
}

void add_audit_commands(std::vector<Command>& out) {
  out.push_back({"audit", "The ledger: what was decided and done", {}, {}, nullptr});
  out.push_back({"audit list", "Entries", audit_filter(), {}, audit_list_command});
  out.push_back({"audit show", "One entry whole", {kDb}, {{"SEQ", "its number", true, false, {}}}, audit_show_command});
  out.push_back({"audit tail", "The last entries", with(audit_filter(), kFollow), {}, audit_tail_command});
  out.push_back({"audit verify",
                 "Prove that nothing was changed",
                 {kDb, {"--anchors", "FILE", "signed checkpoints kept elsewhere", false, {}}},
                 {},
                 audit_verify_command});
  out.push_back({"audit export",
                 "Copy the ledger into one file",
                 {{"--to", "FILE", "the new file", false, {}}},
                 {},
                 audit_export_command});
  out.push_back({"audit rebuild",
                 "Compare the tables with what the entries say",
                 {{"--replace", "", "put the right ones in place", false, {}}},
                 {},
                 audit_rebuild_command});
}

void add_other_commands(std::vector<Command>& out) {
  out.push_back({"plugin", "Plugins", {}, {}, nullptr});
  out.push_back({"plugin list", "Plugins and their instances", {}, {}, plugin_list});
  out.push_back({"plugin describe",
                 "What a plugin collects and can do",
                 {},
                 {{"NAME", "plugin or instance", true, false, {}}},
                 plugin_describe});
  out.push_back({"promql",
                 "PromQL for other programs: one JSON object a line",
                 {{"--stdio", "", "on standard input and output", false, {}}},
                 {},
                 promql_stdio});
  out.push_back({"completion",
                 "Print the completion script of a shell",
                 {},
                 {{"SHELL", "bash, zsh or fish", true, false, {"bash", "zsh", "fish"}}},
                 completion});
  for (const auto& [word, help] : std::initializer_list<std::pair<const char*, const char*>>{
           {"silences", "Silences (not in this version yet)"},
           {"explain", "Why did this alert fire, or not? (not in this version yet)"},
           {"backtest", "Replay the past through today's rules (not in this version yet)"},
           {"import", "Make a runbook from a Markdown page (not in this version yet)"},
           {"scale", "Scaling policies (not in this version yet)"},
           {"aws", "AWS tools (not in this version yet)"},
           {"export", "A run as a test fixture (not in this version yet)"},
           {"logs", "The engine's log (not in this version yet)"}})
    out.push_back({word, help, {}, {}, later, false, true});
}
}  // namespace

std::string Option::key() const {
  const size_t comma = name.rfind(',');
  return comma == std::string::npos ? name : name.substr(comma + 1);
}

std::string Command::word() const {
  return path.substr(path.rfind(' ') + 1);
}

std::string Command::parent() const {
  const size_t blank = path.rfind(' ');
  return blank == std::string::npos ? "" : path.substr(0, blank);
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options{
      {"-o,--output", "FORMAT", "table, json or jsonl", false, {"table", "json", "jsonl"}},
      {"--config", "FILE", "default ./reeve.yaml, then /etc/reeve/reeve.yaml", false, {}},
      {"--state", "DIR", "the state folder; default: the configuration's", false, {}},
      {"--server", "ADDRESS", "the engine's socket, or http://HOST:PORT; default: in the state folder", false, {}}};
  return options;
}

const std::vector<Command>& grammar() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> out;
    add_engine_commands(out);
    add_content_commands(out);
    add_work_commands(out);
    add_audit_commands(out);
    add_other_commands(out);
    return out;
  }();
  return commands;
}

std::string Arguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? "" : found->second[0];
}

std::vector<std::string> Arguments::list(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

base::Result<uint64_t> Arguments::number(const std::string& name, uint64_t otherwise) const {
  if (!has(name)) return otherwise;
  const std::string given = text(name);
  if (given.empty() || given.size() > 18 || given.find_first_not_of("0123456789") != std::string::npos)
    return base::invalid(name + ": \"" + given + "\" is no number");
  return static_cast<uint64_t>(std::stoull(given));
}

base::Result<uint64_t> Arguments::count(const std::string& name, uint64_t otherwise) const {
  auto given = number(name, otherwise);
  if (given.ok() && has(name) && *given == 0) return base::invalid(name + ": at least 1");
  return given;
}

base::Result<base::Duration> Arguments::duration(const std::string& name, base::Duration otherwise) const {
  if (!has(name)) return otherwise;
  auto duration = base::parse_duration(text(name));
  if (!duration.ok()) return base::invalid(name + ": " + duration.error().text);
  return duration;
}

}  // namespace reeve::cli
