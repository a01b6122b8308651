#include "unit/runbook/world.h"

namespace reeve::runbook {

using base::Result;
using model::Value;

World::World() {
  actions.instances = {"box/one"};
  safety.reason = "test";
  safety.cool_down = base::millis(1);
  safety.concurrency = 100;
  safety.rate = 1000;
  alert_active = [this](const model::Alert& alert) { return active[std::stoi(std::string(alert.labels.get("n")))]; };
  start_engine();
}

FakeAction& World::add(const std::string& name, model::ActionClass cls, model::Effect effect) {
  FakeAction& action = actions.all[name];
  action.spec.name = name;
  action.spec.cls = cls;
  action.spec.effect = effect;
  action.spec.arguments = {{"id", "string", false, ""}};
  if (effect != model::Effect::kRead) {
    action.spec.has_plan = true;
    action.plan = [name](const Value& args) -> Result<model::Plan> {
      model::Plan plan;
      plan.targets = {"box/one/" + (args["id"].is_null() ? std::string("a") : args["id"].text())};
      plan.preview = name + " " + plan.targets[0];
      return plan;
    };
  }
  return action;
}

void World::runbook(const std::string& name, const std::string& text) {
  script::Bundle bundle;
  bundle.main = name + ".lua";
  bundle.files = {{bundle.main, text}};
  const auto declared = declare_here({name, "runbooks"}, bundle, loop);
  ASSERT_TRUE(declared.ok()) << declared.error().text;
  auto read = read_runbook({name, "runbooks"}, bundle, *declared);
  ASSERT_TRUE(read.ok()) << read.error().text;
  library->put(std::move(*read));
}

void World::simple(const std::string& name, const std::string& body, const std::string& declaration) {
  runbook(name, "return runbook { title = \"t\", " + declaration +
                    " }, function(run, a)\n  local box = run:use \"box\"\n" + body + "\nend\n");
}

void World::start_engine() {
  const base::Status started = Stage::start_engine();
  EXPECT_TRUE(started.ok());
}

model::Alert World::alert(int n, uint64_t episode) {
  model::Alert alert;
  alert.rule_id = "rules/box.yaml/box/Down/1";
  alert.labels = model::Labels({{"alertname", "Down"}, {"n", std::to_string(n)}});
  alert.key = alert.labels.key();
  alert.state = model::AlertState::kFiring;
  alert.episode = episode;
  alert.correlation[0] = static_cast<uint8_t>(n);
  alert.correlation[1] = static_cast<uint8_t>(episode);
  alert.target = "box/one/a";
  alert.active_at = base::Time{1'700'000'000'000'000};
  return alert;
}

Candidate World::candidate(const std::string& runbook, int n, uint64_t episode) {
  Candidate candidate;
  candidate.runbook = runbook;
  candidate.alert = alert(n, episode);
  candidate.response_id = "reeve.yaml:responses[0]";
  candidate.mode = "auto";
  active[n] = true;
  return candidate;
}

Started World::consider(Candidate candidate) {
  const auto started = runner->consider(std::move(candidate));
  EXPECT_TRUE(started.ok()) << (started.ok() ? "" : started.error().text);
  return started.ok() ? *started : Started{};
}

void World::alert_becomes(int n, model::AlertState state_now, uint64_t episode) {
  model::AlertChange change;
  change.from = state_now == model::AlertState::kFiring ? model::AlertState::kPending : model::AlertState::kFiring;
  change.alert = alert(n, episode);
  change.alert.state = state_now;
  change.alert.active_at = loop.clock().wall();
  active[n] = state_now == model::AlertState::kFiring;
  model::Entry entry;
  entry.kind = std::string("alert.") + model::alert_state_name(state_now);
  entry.subject = change.alert.subject();
  entry.correlation = change.alert.correlation;
  append(std::move(entry));
  runner->on_alert(change);
}

std::vector<std::string> World::story() const {
  std::vector<std::string> out;
  for (const ledger::Stored& entry : memory->entries()) {
    if (base::starts_with(entry.kind, "lease.")) continue;
    std::string line = entry.kind;
    if (entry.kind == "decision") line += " " + entry.facts["verdict"].text();
    if (entry.kind == "step.read" || entry.kind == "step.intent" || entry.kind == "step.outcome" ||
        entry.kind == "step.in_doubt")
      line += " " + entry.facts["path"].text();
    if (entry.kind == "run.parked") line += " " + entry.facts["reason"].text();
    if (entry.kind == "run.ended") line += " " + entry.facts["result"].text();
    out.push_back(line);
  }
  return out;
}

std::string World::result() const {
  const auto ended = find("run.ended");
  if (ended.empty()) return "";
  const std::string message = model::parse_json(ended.back().body.value_or("{}")).value()["message"].as_string();
  return ended.back().facts["result"].text() + (message.empty() ? "" : ": " + message);
}

std::string World::parked() const {
  const auto runs = runner->runs();
  return runs.size() == 1 ? runs[0].reason : std::to_string(runs.size()) + " runs";
}

}  // namespace reeve::runbook
