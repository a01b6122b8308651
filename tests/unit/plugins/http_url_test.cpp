#include <gtest/gtest.h>

#include "common/http/client.h"

namespace reeve::common::http {
namespace {

struct Case {
  const char* text;
  const char* where;  ///< "" when refused
  const char* target;
  bool tls;
};

const Case kCases[] = {
    {"http://localhost", "localhost:80", "/", false},
    {"http://localhost/", "localhost:80", "/", false},
    {"http://h:8080/a/b?c=d#e", "h:8080", "/a/b?c=d", false},
    {"https://h?x", "h:443", "/?x", true},
    {"http://[::1]:9/x", "::1:9", "/x", false},
    {"http://[::1]/x", "::1:80", "/x", false},
    {"http+unix://%2Ftmp%2Fa.sock/v1", "/tmp/a.sock", "/v1", false},
    {"ftp://h/", "", "", false},
    {"localhost:80/x", "", "", false},
    {"http://user:pw@h/", "", "", false},
    {"http://h:0/", "", "", false},
    {"http://h:70000/", "", "", false},
    {"http://h:8x/", "", "", false},
    {"http:///x", "", "", false},
    {"http://h/a b", "", "", false},
    {"http://h/a\r\nX: y", "", "", false},
    {"", "", "", false},
};

TEST(Url, IsTakenApartOrRefused) {
  for (const Case& each : kCases) {
    auto url = parse_url(each.text);
    ASSERT_EQ(static_cast<bool>(url), each.where[0] != '\0') << each.text;
    if (!url) {
      EXPECT_EQ(url.fault().kind, Kind::kInvalid);
      continue;
    }
    EXPECT_EQ(url->address.text(), each.where) << each.text;
    EXPECT_EQ(url->target, each.target) << each.text;
    EXPECT_EQ(url->tls, each.tls) << each.text;
  }
}

TEST(Url, EncodesWhatIsNotPlain) {
  EXPECT_EQ(encode("a/b c?\xff~"), "a%2Fb%20c%3F%FF~");
}

}  // namespace
}  // namespace reeve::common::http
