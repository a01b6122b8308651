/// \file
/// What text does a parsed template give for some data? Source: Go's text/template, exec.
#pragma once

#include <optional>

#include "template/functions.h"
#include "template/parser.h"

namespace reeve::tmpl {

/// One rendering. Bounded in steps, in bytes worked on and in the length of the text: it runs on the core thread.
class Evaluator : public Caller {
 public:
  Evaluator(const Program& program, const Data& data) : program_(program), data_(data) {}

  struct Variable {
    std::string name;
    Datum value;
  };
  /// The whole text. Throws Failure.
  std::string run(const Datum& dot, std::vector<Variable> variables);

  const Data& data() const override { return data_; }
  std::string render_defined(const std::string& name, const Datum& dot) override;

 private:
  enum class Flow { kOn, kBreak, kContinue };
  /// The operands of a command, its first word included; nullptr: none.
  using Operands = const std::vector<NodePtr>*;
  using Final = std::optional<Datum>;  // what the pipeline hands on

  [[noreturn]] void fail(const std::string& message) const;
  void at(const Node& node) { node_ = &node; }
  void step();
  void work(size_t bytes);

  Flow walk(const Datum& dot, const Node& node);
  Flow walk_list(const Datum& dot, const Node& list);
  Flow walk_branch(const Datum& dot, const Node& node);
  Flow walk_range(const Datum& dot, const Node& node);
  Flow range_items(const Node& node, const std::vector<std::pair<Datum, Datum>>& items);
  Flow range_numbers(const Node& node, int64_t count);
  Flow range_once(const Node& node, const Datum& index, const Datum& item);
  void walk_template(const Datum& dot, const Node& node);
  void render_into(const Node& tree, const Datum& dot);
  void write(const Datum& value);

  Datum pipeline(const Datum& dot, const Node& pipe);
  Datum command(const Datum& dot, const Node& command, const Final& final);
  Datum constant(const Node& node);
  Datum variable(const Datum& dot, const Node& node, Operands operands, const Final& final);
  Datum field_chain(const Datum& dot, Datum receiver, const Node& node, size_t from, Operands operands,
                    const Final& final);
  Datum field(const Datum& dot, const std::string& name, const Node& node, Operands operands, const Final& final,
              const Datum& receiver);
  Datum chain(const Datum& dot, const Node& node, Operands operands, const Final& final);
  Datum call(const Datum& dot, const Function& function, const Datum* receiver, const Node& node, Operands operands,
             const Final& final);
  Datum call_logic(const Datum& dot, const Function& function, Operands operands, const Final& final);
  Datum invoke(const Function& function, const Node& node, Arguments& arguments);
  void check_count(const Function& function, size_t given, bool has_final) const;
  Datum argument(const Datum& dot, Param param, const Node& node);
  Datum any_argument(const Datum& dot, const Node& node);
  Datum literal(Param param, const Node& node);
  Datum checked(Datum value, Param param) const;

  void set(const std::string& name, const Datum& value);
  const Datum& get(const std::string& name) const;

  const Program& program_;
  const Data& data_;
  std::string out_;
  std::vector<Variable> variables_;
  const Node* node_ = nullptr;
  size_t steps_ = 0, worked_ = 0;
  int templates_ = 0;  // inside each other
};

}  // namespace reeve::tmpl
