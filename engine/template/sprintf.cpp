// Go's fmt.Sprintf: the format's own language.
#include <optional>

#include "template/printer.h"
#include "template/runes.h"

namespace reeve::tmpl {

namespace {
constexpr int kTooLarge = 1'000'000;

class Formatter {
 public:
  Formatter(std::string_view format, const std::vector<Datum>& args) : format_(format), args_(args), printer_(out_) {}

  std::string run() {
    while (at_ < format_.size()) {
      const size_t percent = std::min(format_.find('%', at_), format_.size());
      add(format_.substr(at_, percent - at_));
      at_ = percent;
      if (at_ < format_.size() && !directive()) break;
    }
    if (!reordered_ && next_ < args_.size()) extra();
    return std::move(out_);
  }

 private:
  void add(std::string_view text) {
    check_length(out_.size() + text.size());
    out_ += text;
  }
  char peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }

  /// False: the format ended inside it.
  bool directive() {
    ++at_;
    printer_.flags = {};
    good_index_ = true;
    read_flags();
    bool after_index = read_index();
    after_index = read_width(after_index);
    after_index = read_precision(after_index);
    if (!after_index) read_index();
    if (at_ >= format_.size()) {
      add("%!(NOVERB)");
      return false;
    }
    const Rune verb = rune_at(format_, at_);
    const std::string_view name = format_.substr(at_, verb.width);
    at_ += verb.width;
    if (verb.code == '%') {
      add("%");
    } else if (!good_index_) {
      add("%!" + std::string(name) + "(BADINDEX)");
    } else if (next_ >= args_.size()) {
      add("%!" + std::string(name) + "(MISSING)");
    } else {
      print(verb.code);
    }
    return true;
  }

  void print(uint32_t verb) {
    if (verb == 'v') {
      printer_.flags.sharp_v = std::exchange(printer_.flags.sharp, false);
      printer_.flags.plus_v = std::exchange(printer_.flags.plus, false);
    }
    printer_.value(args_[next_++], verb);
  }

  void read_flags() {
    for (; at_ < format_.size(); ++at_) {
      switch (format_[at_]) {
        case '#':
          printer_.flags.sharp = true;
          break;
        case '0':
          printer_.flags.zero = true;
          break;
        case '+':
          printer_.flags.plus = true;
          break;
        case '-':
          printer_.flags.minus = true;
          break;
        case ' ':
          printer_.flags.space = true;
          break;
        default:
          return;
      }
    }
  }

  std::optional<int> read_number() {
    std::optional<int> out;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      if (out.value_or(0) > kTooLarge) {
        at_ = format_.size();
        return std::nullopt;
      }
      out = out.value_or(0) * 10 + (peek() - '0');
    }
    return out;
  }

  /// `[3]`: the next argument by its number from 1.
  bool read_index() {
    if (peek() != '[') return false;
    reordered_ = true;
    const size_t close = format_.find(']', at_);
    if (close == std::string_view::npos || format_.size() - at_ < 3) {
      ++at_;
      good_index_ = false;
      return false;
    }
    ++at_;
    const std::optional<int> number = read_number();
    const bool parsed = number && at_ == close;
    at_ = close + 1;
    if (parsed && *number >= 1 && static_cast<size_t>(*number) <= args_.size()) {
      next_ = static_cast<size_t>(*number) - 1;
    } else {
      good_index_ = false;
    }
    return parsed;
  }

  /// The next argument as `*` wants it.
  std::optional<int> argument_number() {
    if (next_ >= args_.size()) return std::nullopt;
    const Integer* number = args_[next_++].get<Integer>();
    if (!number || number->value > kTooLarge || number->value < -kTooLarge) return std::nullopt;
    return static_cast<int>(number->value);
  }

  bool read_width(bool after_index) {
    Flags& flags = printer_.flags;
    if (peek() != '*') {
      const std::optional<int> width = read_number();
      flags.has_width = width.has_value();
      flags.width = width.value_or(0);
      if (after_index && width) good_index_ = false;
      return after_index;
    }
    ++at_;
    const std::optional<int> width = argument_number();
    if (!width) add("%!(BADWIDTH)");
    flags.has_width = width.has_value();
    flags.width = width.value_or(0);
    if (flags.width < 0) {
      flags.width = -flags.width;
      flags.minus = true;
      flags.zero = false;
    }
    return false;
  }

  bool read_precision(bool after_index) {
    if (peek() != '.' || at_ + 1 >= format_.size()) return after_index;
    Flags& flags = printer_.flags;
    ++at_;
    if (after_index) good_index_ = false;
    after_index = read_index();
    if (peek() != '*') {
      flags.precision = read_number().value_or(0);
      flags.has_precision = true;
      return after_index;
    }
    ++at_;
    const std::optional<int> precision = argument_number();
    flags.has_precision = precision && *precision >= 0;
    flags.precision = flags.has_precision ? *precision : 0;
    if (!flags.has_precision) add("%!(BADPREC)");
    return false;
  }

  void extra() {
    printer_.flags = {};
    add("%!(EXTRA ");
    for (size_t i = next_; i < args_.size(); ++i) {
      if (i > next_) add(", ");
      if (!args_[i].is_nothing()) add(args_[i].type_name() + "=");
      printer_.value(args_[i], 'v');
    }
    add(")");
  }

  std::string_view format_;
  const std::vector<Datum>& args_;
  std::string out_;
  Printer printer_;
  size_t at_ = 0, next_ = 0;
  bool reordered_ = false, good_index_ = true;
};
}  // namespace

std::string sprintf(std::string_view format, const std::vector<Datum>& args) {
  return Formatter(format, args).run();
}

}  // namespace reeve::tmpl
