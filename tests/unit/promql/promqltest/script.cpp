#include "unit/promql/promqltest/script.h"

#include <cmath>

#include "base/text.h"
#include "promql/quote.h"

namespace reeve::promqltest {

namespace {
// Words of a line, one at a time.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(base::trim(line)) {}
  std::string_view take() {
    const std::string_view word = peek();
    rest_ = base::trim(rest_.substr(word.size()));
    return word;
  }
  std::string_view peek() const { return rest_.substr(0, std::min(rest_.find_first_of(" \t"), rest_.size())); }
  std::string_view rest() const { return rest_; }
  bool accept(std::string_view word) {
    if (peek() != word) return false;
    take();
    return true;
  }

 private:
  std::string_view rest_;
};

class Reader {
 public:
  explicit Reader(const std::string& text) {
    for (const std::string& raw : base::split(text, '\n')) {
      const std::string_view line = base::trim(raw);
      lines_.emplace_back(line.substr(0, 1) == "#" ? std::string_view() : line);
    }
  }

  base::Result<std::vector<Command>> read() {
    std::vector<Command> commands;
    while (at_ < lines_.size()) {
      if (lines_[at_].empty()) {
        ++at_;
        continue;
      }
      auto command = next();
      if (!command.ok()) return base::invalid("line " + std::to_string(at_ + 1) + ": " + command.error().text);
      commands.push_back(std::move(command).value());
    }
    return commands;
  }

 private:
  base::Result<Command> next() {
    Words words(lines_[at_]);
    const std::string_view first = words.take();
    if (first == "clear") {
      ++at_;
      return Command{};
    }
    if (first.substr(0, 4) == "load") return load(first == "load_with_nhcb", words);
    if (first.substr(0, 4) == "eval") return eval(first.substr(4), words);
    return base::invalid("unknown command: " + lines_[at_]);
  }

  bool in_block() const { return at_ < lines_.size() && !lines_[at_].empty(); }

  base::Result<Command> load(bool with_nhcb, Words words) {
    Command command;
    command.kind = Command::Kind::kLoad;
    command.load.with_nhcb = with_nhcb;
    REEVE_TRY(command.load.interval_ms, parse_ms(words.take()));
    for (++at_; in_block(); ++at_) {
      if (is_start_line(lines_[at_])) {
        REEVE_TRY(StartLine starts, parse_starts(lines_[at_]));
        command.load.starts.push_back(std::move(starts));
      } else {
        REEVE_TRY(SeriesLine series, parse_series(lines_[at_]));
        command.load.series.push_back(std::move(series));
      }
    }
    return command;
  }

  base::Result<Command> eval(std::string_view suffix, Words words) {
    Command command;
    command.kind = Command::Kind::kEval;
    Eval& eval = command.eval;
    eval.line = static_cast<int>(at_ + 1);
    eval.fail = suffix == "_fail";
    eval.ordered = suffix == "_ordered";
    if (suffix == "_warn") eval.warnings.push_back({});
    if (suffix == "_info") eval.infos.push_back({});
    eval.range = words.take() == "range";
    if (eval.range) {
      if (!words.accept("from")) return base::invalid("expected from");
      REEVE_TRY(eval.at_ms, parse_ms(words.take()));
      if (!words.accept("to")) return base::invalid("expected to");
      REEVE_TRY(eval.end_ms, parse_ms(words.take()));
      if (!words.accept("step")) return base::invalid("expected step");
      REEVE_TRY(eval.step_ms, parse_ms(words.take()));
    } else if (words.accept("at")) {
      REEVE_TRY(eval.at_ms, parse_ms(words.take()));
    }
    eval.expr = words.rest();
    for (++at_; in_block(); ++at_) {
      REEVE_TRY(const bool more, result_line(eval));
      if (!more) {
        ++at_;
        break;
      }
    }
    return command;
  }

  // False: the block ends here.
  base::Result<bool> result_line(Eval& eval) {
    Words words(lines_[at_]);
    if (words.accept("expect")) {
      REEVE_CHECK(expectation(eval, words));
      return true;
    }
    if (words.accept("expected_fail_message")) {
      eval.failure = {Expected::How::kText, std::string(words.rest())};
      return true;
    }
    if (words.accept("expected_fail_regexp")) {
      eval.failure = {Expected::How::kRegex, std::string(words.rest())};
      return true;
    }
    double scalar = 0;
    if (promql::parse_float(lines_[at_], scalar)) {
      eval.scalar = scalar;
      return false;
    }
    REEVE_TRY(SeriesLine series, parse_series(lines_[at_]));
    eval.results.push_back(std::move(series));
    return true;
  }

  static base::Status expectation(Eval& eval, Words words) {
    const std::string_view kind = words.take();
    if (kind == "string") {
      std::string text;
      if (!promql::unquote(words.rest(), text)) return base::invalid("bad string");
      eval.string = text;
      return {};
    }
    if (kind == "range") return range_vector(eval, words);
    REEVE_TRY(Expected expected, message(words.rest()));
    if (kind == "ordered") eval.ordered = true;
    if (kind == "no_warn") eval.no_warn = true;
    if (kind == "no_info") eval.no_info = true;
    if (kind == "warn") eval.warnings.push_back(expected);
    if (kind == "info") eval.infos.push_back(expected);
    if (kind == "fail") {
      eval.fail = true;
      eval.failure = expected;
    }
    return {};
  }

  static base::Status range_vector(Eval& eval, Words words) {
    Eval::RangeVector expected;
    if (!words.accept("vector") || !words.accept("from")) return base::invalid("expected range vector from");
    REEVE_TRY(expected.start_ms, parse_ms(words.take()));
    if (!words.accept("to")) return base::invalid("expected to");
    REEVE_TRY(expected.end_ms, parse_ms(words.take()));
    if (!words.accept("step")) return base::invalid("expected step");
    REEVE_TRY(expected.step_ms, parse_ms(words.take()));
    eval.range_vector = expected;
    return {};
  }

  static base::Result<Expected> message(std::string_view text) {
    if (text.empty()) return Expected{};
    const size_t colon = text.find(':');
    const std::string_view key = base::trim(text.substr(0, colon));
    if (colon == std::string_view::npos || (key != "msg" && key != "regex"))
      return base::invalid("expected msg: or regex:");
    return Expected{key == "msg" ? Expected::How::kText : Expected::How::kRegex,
                    std::string(base::trim(text.substr(colon + 1)))};
  }

  std::vector<std::string> lines_;
  size_t at_ = 0;
};
}  // namespace

base::Result<std::vector<Command>> parse_script(const std::string& text) {
  return Reader(text).read();
}

}  // namespace reeve::promqltest
