#include "api/queries.h"

#include <set>

#include "base/live.h"

namespace reeve::api {

namespace {
/// One question under way; the table of them is the core's.
struct Asked {
  Queries::Done done;
  std::shared_ptr<promql::Cancel> cancel;
  base::Loop::Id timer = 0;
};

base::Result<QueryAnswer> answer_of(base::Result<promql::Answer> result) {
  if (!result.ok()) return result.error();
  return QueryAnswer{promql::to_value(*result), result->warnings, result->infos};
}

bool has_point(const series::SeriesView& view, int64_t start_ms, int64_t end_ms) {
  series::Point point;
  const int64_t after = start_ms == INT64_MIN ? start_ms : start_ms - 1;  // last() leaves its left end out
  return view.last(after, end_ms, point);
}

const series::Matchers& everything() {
  static const series::Matchers all{{series::Matcher::Kind::kRegex, std::string(model::kNameLabel), ".+"}};
  return all;
}
}  // namespace

struct Queries::State {
  State(series::Head& h, base::Worker& w, base::Loop& l, Settings s)
      : head(h), worker(w), loop(l), settings(std::move(s)) {}
  ~State() {
    asked.each([this](base::Handle, const Asked& question) {
      question.cancel->requested = true;
      loop.cancel(question.timer);
    });
  }

  series::Head& head;
  base::Worker& worker;
  base::Loop& loop;
  const Settings settings;
  std::weak_ptr<State> self;
  base::Live<Asked> asked;

  void answer(base::Handle handle, base::Result<QueryAnswer> result) {
    Asked* question = asked.find(handle);
    if (!question) return;
    loop.cancel(question->timer);
    const Done done = std::move(question->done);
    asked.erase(handle);
    done(std::move(result));
  }
};

namespace {
using Evaluate = std::function<base::Result<QueryAnswer>(const promql::Cancel&)>;
using Weak = std::weak_ptr<Queries::State>;

/// What the loop runs when the question's time is up, or when its answer is there.
struct Answer {
  Weak state;
  base::Handle handle;
  std::shared_ptr<promql::Cancel> cancel;
  base::Result<QueryAnswer> result;

  void operator()() const {
    cancel->requested = true;
    if (const auto alive = state.lock()) alive->answer(handle, result);
  }
};

/// What the query thread runs.
struct Job {
  Weak state;
  base::Handle handle;
  std::shared_ptr<promql::Cancel> cancel;
  Evaluate evaluate;

  base::Task operator()() {
    if (cancel->requested) return {};  // it was answered while it waited
    base::Result<QueryAnswer> result = evaluate(*cancel);
    evaluate = nullptr;  // the View goes on this thread
    return Answer{state, handle, cancel, std::move(result)};
  }
};

void ask(Queries::State& state, Evaluate evaluate, base::Duration timeout, Queries::Done done) {
  if (state.worker.waiting() >= state.settings.waiting)
    return done(base::Error{base::Fault::kThrottled, "too many queries are waiting; try again", 1000});
  if (timeout.us <= 0 || timeout > state.settings.timeout) timeout = state.settings.timeout;
  const auto cancel = std::make_shared<promql::Cancel>();
  const base::Handle handle = state.asked.add(std::make_unique<Asked>(Asked{std::move(done), cancel}));
  const base::Error late{base::Fault::kTimeout, "query timed out in expression evaluation"};
  state.asked.find(handle)->timer = state.loop.after(timeout, Answer{state.self, handle, cancel, late});
  if (!state.worker.submit(Job{state.self, handle, cancel, std::move(evaluate)}))
    state.answer(handle, base::Error{base::Fault::kThrottled, "too many queries are waiting; try again", 1000});
}

std::vector<series::Matchers> wanted_by(const promql::Expr& expr) {
  std::vector<series::Matchers> wanted;
  for (const promql::Selector& selector : expr.selectors()) wanted.push_back(selector.matchers);
  return wanted;
}

struct Instant {
  promql::Expr expr;
  std::shared_ptr<const series::Source> view;
  int64_t at_ms;
  promql::Options options;
  base::Result<QueryAnswer> operator()(const promql::Cancel& cancel) const {
    return answer_of(promql::instant(expr, *view, at_ms, options, &cancel));
  }
};

struct Range {
  promql::Expr expr;
  std::shared_ptr<const series::Source> view;
  int64_t start_ms, end_ms, step_ms;
  promql::Options options;
  base::Result<QueryAnswer> operator()(const promql::Cancel& cancel) const {
    return answer_of(promql::range(expr, *view, start_ms, end_ms, step_ms, options, &cancel));
  }
};

/// Questions about the series themselves: their label sets, the names or the values of their labels.
struct About {
  enum class What { kSeries, kNames, kValues };
  What what;
  std::string label;
  Queries::Metadata wanted;
  std::shared_ptr<const series::Source> view;

  base::Result<QueryAnswer> operator()(const promql::Cancel& cancel) const {
    std::set<model::Labels> sets;
    std::set<std::string> words;
    for (const series::Matchers& matchers : wanted.match) {
      REEVE_TRY(const auto found, view->select(matchers));
      for (const series::SeriesView* one : found) {
        if (cancel.requested) return base::Error{base::Fault::kTimeout, "query timed out"};
        if (has_point(*one, wanted.start_ms, wanted.end_ms)) take(one->labels(), sets, words);
      }
    }
    QueryAnswer answer;
    answer.data = model::Value::list();
    const size_t total = what == What::kSeries ? sets.size() : words.size();
    const size_t count = wanted.limit > 0 ? std::min(wanted.limit, total) : total;
    if (count < total) answer.warnings.emplace_back("results truncated due to limit");
    for (auto set = sets.begin(); set != sets.end() && answer.data.as_list().size() < count; ++set)
      answer.data.push(set->to_value());
    for (auto word = words.begin(); word != words.end() && answer.data.as_list().size() < count; ++word)
      answer.data.push(*word);
    return answer;
  }

  void take(const model::Labels& labels, std::set<model::Labels>& sets, std::set<std::string>& words) const {
    if (what == What::kSeries) sets.insert(labels);
    if (what == What::kValues && labels.has(label)) words.emplace(labels.get(label));
    if (what != What::kNames) return;
    for (const auto& [name, value] : labels) words.insert(name);
  }
};

void ask_about(Queries::State& state, About about, Queries::Done done) {
  if (about.wanted.match.empty()) about.wanted.match.push_back(everything());
  about.view = state.head.view(about.wanted.match);
  ask(state, std::move(about), {}, std::move(done));
}
}  // namespace

Queries::Queries(series::Head& head, base::Worker& worker, base::Loop& loop, Settings settings)
    : state_(std::make_shared<State>(head, worker, loop, std::move(settings))) {
  state_->self = state_;
}
Queries::~Queries() = default;

const promql::Options& Queries::options() const {
  return state_->settings.options;
}

base::Status Queries::check_range(int64_t start_ms, int64_t end_ms, int64_t step_ms) const {
  if (step_ms <= 0)
    return base::invalid(
        "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a positive "
        "integer");
  if (end_ms < start_ms) return base::invalid("invalid parameter \"end\": end timestamp must not be before start time");
  const auto span = static_cast<uint64_t>(end_ms) - static_cast<uint64_t>(start_ms);  // may be beyond 63 bits
  if (span / static_cast<uint64_t>(step_ms) > static_cast<uint64_t>(state_->settings.most_points))
    return base::invalid("exceeded maximum resolution of " + std::to_string(state_->settings.most_points) +
                         " points per timeseries. Try decreasing the query resolution (?step=XX)");
  return {};
}

void Queries::instant(const promql::Expr& expr, int64_t at_ms, base::Duration timeout, Done done) {
  Instant job{expr, state_->head.view(wanted_by(expr)), at_ms, state_->settings.options};
  ask(*state_, std::move(job), timeout, std::move(done));
}

void Queries::instant(const std::string& text, int64_t at_ms, base::Duration timeout, Done done) {
  const auto expr = promql::parse(text, state_->settings.options);
  if (!expr.ok()) return done(expr.error());
  instant(*expr, at_ms, timeout, std::move(done));
}

void Queries::range(const promql::Expr& expr, int64_t start_ms, int64_t end_ms, int64_t step_ms, base::Duration timeout,
                    Done done) {
  if (auto ok = check_range(start_ms, end_ms, step_ms); !ok.ok()) return done(ok.error());
  Range job{expr, state_->head.view(wanted_by(expr)), start_ms, end_ms, step_ms, state_->settings.options};
  ask(*state_, std::move(job), timeout, std::move(done));
}

void Queries::series(Metadata wanted, Done done) {
  ask_about(*state_, About{About::What::kSeries, "", std::move(wanted), nullptr}, std::move(done));
}
void Queries::label_names(Metadata wanted, Done done) {
  ask_about(*state_, About{About::What::kNames, "", std::move(wanted), nullptr}, std::move(done));
}
void Queries::label_values(const std::string& label, Metadata wanted, Done done) {
  ask_about(*state_, About{About::What::kValues, label, std::move(wanted), nullptr}, std::move(done));
}

}  // namespace reeve::api
