#include "app/pipeline.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "app/actions.h"
#include "app/records.h"
#include "app/telling.h"
#include "collect/records.h"
#include "rule/records.h"

namespace reeve::app {

using base::Result;
using base::Status;
using model::Value;

namespace {
/// An entry as live watchers see it: as stored, without the hashes that it gets when it is written.
Value entry_value(const model::Entry& entry) {
  ledger::Stored stored;
  static_cast<model::Entry&>(stored) = entry;
  return api::entry_value(stored);
}
}  // namespace

// ---- 1. A plugin collects: its batches and events go to collect, which labels them. -------------------------------

plugin::Ports Pipeline::from_plugins() {
  plugin::Ports ports;
  ports.on_events = [this](const std::string& instance, std::vector<model::Event> events,
                           std::function<void()> accepted) {
    parts_.collector->take_events(instance, std::move(events), std::move(accepted));
  };
  ports.on_state = [this](const plugin::StateChange& change) { on_plugin_state(change); };
  ports.cursor = [this](const std::string& instance) { return parts_.collector->cursor(instance); };
  ports.starts_without_broken = true;
  return ports;
}

collect::Ports Pipeline::from_collect() {
  collect::Ports ports;
  ports.on_batch = [this](model::Batch batch) { on_batch(batch); };
  ports.on_events = [this](const std::string& instance, std::vector<model::Event> events,
                           std::function<void()> accepted) {
    on_events(instance, std::move(events), std::move(accepted));
  };
  return ports;
}

// ---- 2. Samples become series; the rules that read them are asked at once. ----------------------------------------

void Pipeline::on_batch(const model::Batch& batch) {
  parts_.series->append(batch);
  parts_.rules->on_batch(batch);
}

// ---- 3. Events enter the ledger, then the event rules; the source hears of it when they are durable. --------------

void Pipeline::on_events(const std::string& instance, std::vector<model::Event> events,
                         std::function<void()> accepted) {
  for (model::Event& event : events) event.caused_by = parts_.runner->cause_of(event.type, event.target, event.at);
  const uint64_t seq = parts_.ledger->append(parts_.collector->entry_of(instance, events));
  for (size_t i = 0; i < events.size(); ++i) {
    events[i].id = std::to_string(seq) + "." + std::to_string(i);
    count_event(events[i]);
    if (parts_.bus.wanted(api::Topic::kEvents))
      parts_.bus.publish(api::Topic::kEvents,
                         events[i].to_value().set("verdicts", api::verdicts_of(parts_.rules->rules(), events[i])));
    parts_.rules->on_event(events[i]);
  }
  when_durable(std::move(accepted));
}

void Pipeline::when_durable(std::function<void()> then) {
  parts_.ledger->flush([this, then = std::move(then)](Status status) {
    if (status.ok()) return then();
    // The entries wait in the ledger's queue; the source is not acknowledged before they are on disk.
    parts_.loop.after(base::seconds(1), [this, then] { when_durable(then); });
  });
}

void Pipeline::count_event(const model::Event& event) {
  model::Labels labels = event.labels;
  labels.set(model::kNameLabel, "reeve_events_total");
  labels.set("type", event.type);
  parts_.series->append(labels, parts_.clock.wall().ms(), ++event_counts_[labels]);
}

// ---- 4. Rules change the state of alerts: recorded, told to people, answered. -------------------------------------

rule::Ports Pipeline::from_rules() {
  rule::Ports ports;
  ports.on_change = [this](const model::AlertChange& change, const rule::Rule& rule) { on_alert(change, rule); };
  ports.target_of = [this](const model::Labels& labels) { return target_of(*parts_.fleet, labels); };
  ports.muted = [this](const std::string& target) { return parts_.runner->disturbs(target); };
  ports.on_problem = [this](const std::string& rule_id, const std::string& text) {
    base::log_warn("a rule cannot be evaluated", {{"rule", rule_id}, {"error", text}});
    const std::string problem = "rule " + rule_id + ": " + text;
    if (std::find(parts_.problems.begin(), parts_.problems.end(), problem) == parts_.problems.end() &&
        parts_.problems.size() < 100)
      parts_.problems.push_back(problem);
  };
  return ports;
}

void Pipeline::on_alert(const model::AlertChange& change, const rule::Rule& rule) {
  parts_.ledger->append(rule::entry_of(change, rule));
  if (parts_.bus.wanted(api::Topic::kAlerts)) {
    parts_.bus.publish(
        api::Topic::kAlerts,
        Value::map().set("from", model::alert_state_name(change.from)).set("alert", change.alert.to_value()));
  }
  parts_.notifier->on_alert(change);
  parts_.runner->on_alert(change);
  if (change.alert.state == model::AlertState::kFiring && change.from != model::AlertState::kFiring)
    respond(change.alert, rule);
}

// ---- 5. A firing episode gets at most one response (and what follows a `continue`). -------------------------------

void Pipeline::respond(const model::Alert& alert, const rule::Rule& rule) {
  const response::Response* own = rule.run ? &*rule.run : nullptr;
  for (const response::Response* response : response::choose(own, parts_.config.responses, alert.labels))
    consider(alert, rule, *response);
}

void Pipeline::consider(const model::Alert& alert, const rule::Rule& rule, const response::Response& response) {
  runbook::Candidate candidate;
  candidate.runbook = response.runbook;
  candidate.alert = alert;
  candidate.response_id = response.id;
  candidate.response_key = key_of(response);
  candidate.mode = response::mode_name(mode_in_force(parts_.config.mode, response, parts_.library.get()));
  candidate.verify_within = response.verify.within;
  candidate.verify_hold = response.verify.hold;
  candidate.stale_after = stale_after(alert, rule);
  Result<Value> params = response::parameters(response, alert);
  if (params.ok()) {
    candidate.params = std::move(*params);
    const Result<runbook::Started> started = parts_.runner->consider(std::move(candidate));
    if (started.ok()) return;
    params = started.error();
  }
  base::log_error("a response cannot start", {{"response", response.id}, {"error", params.error().text}});
  alert::Message message{"escalation",
                         alert.rule_id + "/" + alert.key + "/" + std::to_string(alert.episode) + "/start",
                         "the response " + response.id + " cannot start: " + params.error().text,
                         "",
                         response.runbook,
                         alert};
  message.correlation = alert.correlation;
  parts_.notifier->tell(message);
}

void Pipeline::decide_what_fires() {
  for (const model::Alert& alert : parts_.rules->alerts()) {
    if (alert.state != model::AlertState::kFiring) continue;
    // What could not be delivered before a restart is told now; what was delivered is known to the notifier.
    parts_.notifier->on_alert({model::AlertState::kFiring, alert});
    // Of a nameless one the decision is in the ledger, but not which response its labels would choose.
    const rule::Rule* rule = alert.nameless() ? nullptr : parts_.rules->find(alert.rule_id);
    if (rule) respond(alert, *rule);
  }
}

// ---- 6. The gate, asked by the runner at the start and before each changing step. ---------------------------------

model::Decision Pipeline::gate(guard::Act act, const guard::Settings& of_runbook) {
  look_at_halt();
  act.engine_degraded = !parts_.ledger->writable();
  guard::Settings settings = parts_.config.safety.under(of_runbook);
  for (const std::string& target : act.targets)
    if (is_the_engine(target)) settings.protect.push_back(target);
  return guard::gate(parts_.memory, act, settings, parts_.clock.boot());
}

/// The gate obeys the file from here on, whatever becomes of the entries about it.
void Pipeline::look_at_halt() {
  if (parts_.halt->look()) {
    parts_.memory.set_file_switches(parts_.halt->switches());
    parts_.loop.post([this] { parts_.runner->on_switch(); });
  }
  for (const guard::State::FileChange& change : parts_.memory.unrecorded()) {
    parts_.ledger->append(file_switch_entry(change));
    const auto& [scope, reason, owner] = change.what;
    base::log(change.pulled ? base::Level::kWarn : base::Level::kInfo,
              change.pulled ? "halted by the file HALT" : "the file HALT is lifted",
              {{"scope", scope.empty() ? "*" : scope}, {"reason", reason}, {"owner", owner}});
  }
}

/// Rail 19: a process that this engine runs under a name of its own plugins.
bool Pipeline::is_the_engine(const std::string& target) const {
  for (const plugin::InstanceConfig& instance : parts_.config.plugins) {
    if (instance.plugin != "proc" || target != "proc/" + instance.name) continue;
    long pid = 0;
    std::ifstream(instance.config["pidfile"].as_string()) >> pid;
    if (pid == getpid()) return true;
  }
  return false;
}

// ---- 7. Runs: plan, gate, intent (durable), invoke through the plugin, outcome; then the same question again. ------

runbook::Ports Pipeline::from_runs() {
  runbook::Ports ports;
  ports.actions = parts_.actions.get();
  ports.gate = [this](const guard::Act& act, const guard::Settings& of_runbook) { return gate(act, of_runbook); };
  ports.query = [this](const std::string& expr, std::function<void(Result<Value>)> done) {
    query(expr, std::move(done));
  };
  ports.alert_active = [this](const model::Alert& alert) { return is_active(alert); };
  ports.alert_now = [this](const model::Alert& alert) -> std::optional<model::Alert> {
    for (model::Alert& active : parts_.rules->alerts())
      if (active.rule_id == alert.rule_id && active.key == alert.key && active.episode == alert.episode) return active;
    return std::nullopt;
  };
  ports.flapping = [this](const model::Alert& alert) { return parts_.rules->flapping(alert); };
  ports.settings = [this] { return parts_.config.safety; };
  ports.data_age = [this](const model::Alert& alert) { return parts_.rules->data_age(alert); };
  ports.verify = [this](const model::Alert& alert, base::Time since, base::Duration hold, base::Duration within,
                        std::function<void(runbook::Verified, std::string)> done) {
    parts_.rules->verify(alert, since, hold, within,
                         [done = std::move(done)](rule::Verified verified, std::string why) {
                           constexpr runbook::Verified kAnswers[] = {
                               runbook::Verified::kHeld, runbook::Verified::kNotHeld, runbook::Verified::kUnknown};
                           done(kAnswers[static_cast<int>(verified)], std::move(why));
                         });
  };
  ports.tell = [this](const runbook::Ports::Message& message) {
    const std::string& what = message.approval.empty() ? message.text : message.approval;
    parts_.notifier->tell({message.kind, message.run + "/" + message.kind + "/" + what, message.text, message.run,
                           message.runbook, message.alert, message.approval, message.since, message.over,
                           message.correlation, message.about});
  };
  ports.blob = [this](const base::Hash& hash) { return parts_.reader->blob(hash); };
  return ports;
}

void Pipeline::query(const std::string& expr, std::function<void(Result<Value>)> done) {
  parts_.queries->instant(expr, parts_.clock.wall().ms(), {},
                          [done = std::move(done)](Result<api::QueryAnswer> answer) {
                            if (!answer.ok()) return done(answer.error());
                            done(plain_answer(answer->data));
                          });
}

// ---- Each entry on its way to the ledger: what the gate remembers, what watchers see, what an act has ended. --------

void Pipeline::on_entry(const model::Entry& entry) {
  parts_.memory.apply(entry, parts_.clock.boot());
  parts_.needs.on_entry(entry);
  if (parts_.bus.wanted(api::Topic::kEntries)) parts_.bus.publish(api::Topic::kEntries, entry_value(entry));
  if (entry.kind == "step.outcome" || entry.kind == "step.in_doubt")
    parts_.rules->on_outcome(entry.run + "/" + entry.facts["path"].as_string());
}

// ---- 8. People are told, through a plugin process of its own. -----------------------------------------------------

alert::Ports Pipeline::from_notifier() {
  alert::Ports ports;
  ports.post = [this](const alert::Receiver& to, const std::string& body, std::function<void(Status)> done) {
    post(to, body, std::move(done));
  };
  ports.on_delivered = [this](const alert::Delivery& delivery) { parts_.ledger->append(delivered_entry(delivery)); };
  ports.on_owed = [this](const alert::OnItsWay& message) { parts_.ledger->append(owed_entry(message)); };
  ports.on_given_up = [this](const alert::Delivery& lost, const std::string& error) {
    base::log_error("a message is given up: its receiver takes others and refuses this one",
                    {{"receiver", lost.receiver}, {"message", lost.key}, {"error", error}});
    parts_.ledger->append(untold_entry(lost.key, lost.receiver, lost.run, "refused", error));
  };
  ports.on_failing = [](const std::string& receiver, const std::string& error, int attempts) {
    base::log_warn("cannot tell a receiver", {{"receiver", receiver}, {"error", error}, {"attempts", attempts}});
  };
  ports.active = [this](const model::Alert& alert) { return is_active(alert); };
  return ports;
}

void Pipeline::post(const alert::Receiver& to, const std::string& body, std::function<void(Status)> done) {
  const auto& all = parts_.config.notify;
  const auto place = std::find_if(all.begin(), all.end(), [&to](const auto& one) { return one.name == to.name; });
  const plugin::Fleet::Call call = telling_call(to, static_cast<size_t>(place - all.begin()), body, parts_.version);
  const std::string key = base::hex(base::sha256(to.webhook + body));
  parts_.fleet->invoke(
      call, key, "", {"notify", 1},
      [call, done = std::move(done)](const Result<plugin::InvokeReply>& reply) { done(answer_of(call, reply)); });
}

// ---- 9. What happens to the plugins themselves is news too. --------------------------------------------------------

void Pipeline::on_plugin_state(const plugin::StateChange& change) {
  constexpr const char* kWhats[] = {"started", "stopped", "crashed", "hung", "flooded", "quarantined", "recovered"};
  const std::string kind = std::string("plugin.") + kWhats[static_cast<int>(change.what)];
  const size_t slash = change.instance.find('/');
  model::Event event;
  event.type = kind;
  event.instance = change.instance;
  event.labels = model::Labels({{"job", change.instance.substr(0, slash)},
                                {"instance", slash == std::string::npos ? "" : change.instance.substr(slash + 1)}});
  event.fields.set("detail", change.detail).set("consecutive", change.consecutive);
  event.at = parts_.clock.wall();
  event.target = "plugin/" + change.instance;
  const uint64_t seq = parts_.ledger->append(plugin_entry(kind, change.instance, change.detail, change.consecutive));
  event.id = std::to_string(seq) + ".0";
  parts_.rules->on_event(event);
}

// ---- What the route needs to know on its way. -----------------------------------------------------------------------

bool Pipeline::is_active(const model::Alert& alert) const {
  for (const model::Alert& active : parts_.rules->alerts())
    if (active.rule_id == alert.rule_id && active.key == alert.key) return active.episode == alert.episode;
  return false;
}

/// Two intervals of the slower of the rule and its source; an event may be `max_age` old.
base::Duration Pipeline::stale_after(const model::Alert& alert, const rule::Rule& rule) const {
  const guard::Settings settings = guard::defaults().under(parts_.config.safety);
  if (rule.kind == rule::Rule::Kind::kEvent) return *settings.max_age;
  base::Duration slowest = parts_.config.evaluation_interval;
  for (const rule::Group& group : parts_.rules->rules().groups)
    for (const rule::Rule& other : group.rules)
      if (&other == &rule) slowest = group.interval;
  for (const plugin::InstanceConfig& instance : parts_.config.plugins)
    if (instance.plugin == alert.labels.get("job") && instance.name == alert.labels.get("instance"))
      slowest = std::max(slowest, instance.every);
  return slowest * 2;
}

}  // namespace reeve::app
