#include "api/verdicts.h"

#include <gtest/gtest.h>

#include "model/json.h"

namespace reeve::api {
namespace {

TEST(Verdicts, SayWhatEachEventRuleMakesOfIt) {
  const auto rules = rule::read(
      "groups:\n"
      "- name: docker\n"
      "  rules:\n"
      "  - alert: Died\n"
      "    on: docker.die{exit_code!=\"0\"}\n"
      "    by: [container]\n"
      "    until: docker.start\n"
      "  - alert: AnyDeath\n"
      "    on: docker.die\n"
      "    caused: true\n"
      "  - alert: Down\n"
      "    expr: up == 0\n",
      "d.yaml", base::seconds(15));
  ASSERT_TRUE(rules.ok()) << rules.error().text;
  const auto said = [&](const char* type, int exit_code, const char* caused_by) {
    model::Event event;
    event.type = type;
    event.fields.set("exit_code", exit_code);
    event.caused_by = caused_by;
    std::vector<std::string> verdicts;
    for (const model::Value& one : verdicts_of(*rules, event).as_list())
      verdicts.push_back(one["rule"].text().substr(one["rule"].text().find("docker/")) + ": " + one["verdict"].text());
    return verdicts;
  };
  using List = std::vector<std::string>;
  EXPECT_EQ(said("docker.die", 137, ""),
            (List{"docker/Died/1: begins or counts", "docker/AnyDeath/1: begins or counts"}));
  EXPECT_EQ(said("docker.die", 0, ""),
            (List{"docker/Died/1: no match: its labels or fields differ", "docker/AnyDeath/1: begins or counts"}));
  EXPECT_EQ(said("docker.die", 137, "run/1"),
            (List{"docker/Died/1: caused by a step: begins nothing", "docker/AnyDeath/1: begins or counts"}));
  EXPECT_EQ(said("docker.start", 0, "run/1"), (List{"docker/Died/1: ends"}));
  EXPECT_EQ(said("docker.pause", 0, ""), List{});
}

}  // namespace
}  // namespace reeve::api
