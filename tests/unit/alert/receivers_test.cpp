#include <gtest/gtest.h>

#include "alert/alert.h"

namespace reeve::alert {
namespace {

base::Result<std::vector<Receiver>> read(const std::string& text) {
  const auto node = yaml::parse(text, "reeve.yaml");
  EXPECT_TRUE(node.ok()) << node.error().text;
  return read_receivers(*node);
}

TEST(Receivers, AreReadWithTheirDefaults) {
  const auto out = read(
      "- webhook: http://127.0.0.1:9000/hook\n"
      "- webhook: ${file:/etc/reeve/url}\n"
      "  name: pager\n"
      "  timeout: 3s\n"
      "  send_resolved: false\n"
      "  headers: {Authorization: 'Bearer ${env:TOKEN}', X-Count: 5}\n");
  ASSERT_TRUE(out.ok()) << out.error().text;
  ASSERT_EQ(out->size(), 2u);
  EXPECT_EQ((*out)[0].name, "webhook-1");
  EXPECT_EQ((*out)[0].webhook, "http://127.0.0.1:9000/hook");
  EXPECT_EQ((*out)[0].timeout, base::seconds(10));
  EXPECT_TRUE((*out)[0].send_resolved);
  EXPECT_EQ((*out)[1].name, "pager");
  EXPECT_EQ((*out)[1].timeout, base::seconds(3));
  EXPECT_FALSE((*out)[1].send_resolved);
  EXPECT_EQ((*out)[1].headers, (std::vector<std::pair<std::string, std::string>>{
                                   {"Authorization", "Bearer ${env:TOKEN}"}, {"X-Count", "5"}}));
}

struct Wrong {
  const char *text, *error;
};

TEST(Receivers, WhatIsWrongIsSaidWithItsPlace) {
  const Wrong cases[] = {
      {"webhook: http://x", "reeve.yaml:1:1: notify must be a list, but is a map"},
      {"- http://x", "reeve.yaml:1:3: a receiver must be a map, but is text"},
      {"- {}", "reeve.yaml:1:3: missing field \"webhook\""},
      {"- webhok: http://x", "reeve.yaml:1:3: unknown field \"webhok\" (did you mean \"webhook\"?)"},
      {"- webhook: ftp://x", "reeve.yaml:1:12: a webhook is an address that begins with http:// or https://"},
      {"- {webhook: 'http://x', name: ''}", "reeve.yaml:1:31: the name is empty"},
      {"- {webhook: 'http://x', timeout: 1ms}", "reeve.yaml:1:34: a timeout is between 100ms and 5m"},
      {"- {webhook: 'http://x', timeout: 1h}", "reeve.yaml:1:34: a timeout is between 100ms and 5m"},
      {"- {webhook: 'http://x', send_resolved: 'yes'}",
       "reeve.yaml:1:40: expected true or false, but this is the text \"yes\""},
      {"- {webhook: 'http://x', headers: [a]}", "reeve.yaml:1:34: headers must be a map, but is a list"},
      {"- {webhook: 'http://x', headers: {'a b': c}}", "reeve.yaml:1:35: \"a b\" is no header's name"},
      {"- {webhook: 'http://x', headers: {a: \"b\\r\\nEvil: c\"}}", "reeve.yaml:1:38: a header's value is one line"},
      {"- {webhook: 'http://x', name: a}\n- {webhook: 'http://y', name: a}",
       "reeve.yaml:2:3: there are two receivers named \"a\""},
  };
  for (const Wrong& one : cases) {
    const auto out = read(one.text);
    ASSERT_FALSE(out.ok()) << one.text;
    EXPECT_EQ(out.error().text.substr(0, out.error().text.find('\n')), one.error);
  }
}

}  // namespace
}  // namespace reeve::alert
