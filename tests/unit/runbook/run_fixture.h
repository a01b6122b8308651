/// \file
/// How do tests of whole runs begin? With a plugin of four actions, one of each class, and a runbook that heals.
#pragma once

#include "unit/runbook/world.h"

namespace reeve::runbook {

struct RunTest : testing::Test {
  World world;
  RunTest() {
    world.add("restart", model::ActionClass::kProbed, model::Effect::kChange);
    world.actions.all["restart"].spec.has_probe = true;
    world.actions.all["restart"].spec.settles = base::seconds(5);
    world.actions.all["restart"].spec.causes = {"box.stop", "box.start"};
    world.add("inspect", model::ActionClass::kRead, model::Effect::kRead).effect =
        [](const model::Value&) -> base::Result<model::Value> {
      return model::Value::map().set("state", "exited").set("code", 137);
    };
    world.add("scale", model::ActionClass::kIdempotent, model::Effect::kChange);
    world.add("mail", model::ActionClass::kOnce, model::Effect::kChange);
    world.simple("box/heal", R"(
      local st = box.inspect { id = "a" }
      run:note("it is " .. st.state)
      box.restart { id = "a" }
      return run:done "restarted")");
  }
  std::string body_of(const ledger::Stored& entry) { return entry.body.value_or(""); }
};

}  // namespace reeve::runbook
