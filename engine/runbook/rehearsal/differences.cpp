// What a case expects against what was seen, in lines that say where and what.
#include "model/json.h"
#include "runbook/rehearsal/play.h"

namespace reeve::runbook {

using model::Value;

namespace {
std::string step_text(const std::string& name, const Value& args) {
  return name + (args.as_map().empty() ? "" : " " + model::to_json(args));
}

std::string wanted_text(const ExpectedStep& step) {
  return step.args ? step_text(step.name, *step.args) : step.name;
}

/// Maps hold the order of their writer; what a script wrote is sorted.
bool same(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return a.as_double() == b.as_double();
  if (!a.is_map() || !b.is_map())
    return a == b || (a.as_list().empty() && b.as_map().empty() && a.is_list() && b.is_map());
  if (a.as_map().size() != b.as_map().size()) return false;
  for (const auto& [key, value] : a.as_map())
    if (!b.has(key) || !same(value, b[key])) return false;
  return true;
}

std::string step_problem(const ExpectedStep& want, const SeenStep& got) {
  if (want.name != got.name || (want.args && !same(*want.args, got.args)))
    return "wanted " + wanted_text(want) + ", got " + step_text(got.name, got.args);
  if (want.targets && *want.targets != got.targets)
    return want.name + ": wanted the targets " + base::join(*want.targets, ", ") + ", got " +
           base::join(got.targets, ", ");
  if (want.error && *want.error != got.error)
    return want.name + ": wanted " + (want.error->empty() ? "no error" : "the error " + *want.error) + ", got " +
           (got.error.empty() ? "none" : got.error);
  return {};
}

/// "escalation" stands for "escalation: whatever it says"; so does "succeeded".
bool line_fits(const std::string& want, const std::string& got) {
  return want == got || (want.find(": ") == std::string::npos && base::starts_with(got, want + ": "));
}

class Comparison {
 public:
  Comparison(const Case& of, const Seen& seen) : case_(of), seen_(seen) {}

  std::vector<std::string> all() {
    out_ = seen_.problems;
    const Expectation& want = case_.expected;
    steps("steps", want.steps, seen_.steps);
    steps("reads", want.reads, seen_.reads);
    lines("gate", want.gate, seen_.gate);
    lines("notes", want.notes, seen_.notes);
    lines("told", want.told, seen_.told);
    if (want.ended && !line_fits(want.ended->text, seen_.ended))
      out_.push_back(want.ended->place + ": ended: wanted \"" + want.ended->text + "\", got \"" + seen_.ended + "\"");
    return out_;
  }

 private:
  void found(const char* what, size_t n, const std::string& place, const std::string& why) {
    out_.push_back(place + ": " + what + "[" + std::to_string(n + 1) + "]: " + why);
  }
  const std::string& place(const char* what) const { return case_.expected.places.at(what); }

  void steps(const char* what, const std::optional<std::vector<ExpectedStep>>& want, const std::vector<SeenStep>& got) {
    if (!want) return;
    for (size_t i = 0; i < std::max(want->size(), got.size()); ++i) {
      if (i >= got.size())
        return found(what, i, (*want)[i].place, "wanted " + wanted_text((*want)[i]) + ", got no more");
      if (i >= want->size())
        return found(what, i, place(what), "nothing more was wanted, got " + step_text(got[i].name, got[i].args));
      const std::string why = step_problem((*want)[i], got[i]);
      if (!why.empty()) return found(what, i, (*want)[i].place, why);  // what follows is only shifted
    }
  }

  void lines(const char* what, const std::optional<std::vector<ExpectedLine>>& want,
             const std::vector<std::string>& got) {
    if (!want) return;
    for (size_t i = 0; i < std::max(want->size(), got.size()); ++i) {
      if (i >= got.size()) return found(what, i, (*want)[i].place, "wanted \"" + (*want)[i].text + "\", got no more");
      if (i >= want->size()) return found(what, i, place(what), "nothing more was wanted, got \"" + got[i] + "\"");
      if (!line_fits((*want)[i].text, got[i]))
        return found(what, i, (*want)[i].place, "wanted \"" + (*want)[i].text + "\", got \"" + got[i] + "\"");
    }
  }

  const Case& case_;
  const Seen& seen_;
  std::vector<std::string> out_;
};
}  // namespace

std::vector<std::string> differences(const Case& of, const Seen& seen) {
  return Comparison(of, seen).all();
}

}  // namespace reeve::runbook
