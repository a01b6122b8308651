// What does the client make of servers that are slow, broken or gone?
#include "cli/client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "unit/api/fixture.h"

namespace reeve::cli {
namespace {

using base::Fault;

/// Accepts one client, reads its request, answers `bytes`, and closes when told.
class OneAnswer {
 public:
  enum class End { kClose, kHold };
  OneAnswer(std::string bytes, End end) : listener_(api::listen_on_file(path()).value()) {
    thread_ = std::thread([this, bytes = std::move(bytes), end] {
      pollfd wait{listener_.get(), POLLIN, 0};
      poll(&wait, 1, 10000);
      const api::Fd client(accept(listener_.get(), nullptr, nullptr));
      std::string got;
      for (char chunk[4096]; got.find("\r\n\r\n") == std::string::npos;) {
        const ssize_t count = recv(client.get(), chunk, sizeof chunk, 0);
        if (count <= 0) break;
        got.append(chunk, static_cast<size_t>(count));
      }
      request = got;
      for (const char& byte : bytes)  // in small pieces, as a network may
        if (send(client.get(), &byte, 1, MSG_NOSIGNAL) < 0) break;
      if (end == End::kHold) released_.get_future().wait();
    });
  }
  ~OneAnswer() {
    released_.set_value();
    thread_.join();
  }
  std::string path() const { return folder_.path() + "/s"; }
  std::string request;

 private:
  api::test::TempFolder folder_;
  api::Fd listener_;
  std::promise<void> released_;
  std::thread thread_;
};

base::Result<HttpAnswer> call(const std::string& bytes, OneAnswer::End end = OneAnswer::End::kClose,
                              base::Duration timeout = base::seconds(10)) {
  OneAnswer server(bytes, end);
  return Client::to(server.path())->call("GET", "/x", "", timeout);
}

TEST(Client, ReadsAnswersOfEveryLength) {
  EXPECT_EQ(call("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")->body, "hello");
  EXPECT_EQ(call("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")->body,
            "hello!");
  EXPECT_EQ(call("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")->body, "");
  EXPECT_EQ(call("HTTP/1.0 200 OK\r\n\r\nuntil the end")->body, "until the end");
  EXPECT_EQ(call("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")->status, 404);
}

TEST(Client, BrokenAnswersAreErrors) {
  for (const char* bytes : {"", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
                            "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"}) {
    const auto answer = call(bytes);
    ASSERT_FALSE(answer.ok()) << bytes;
    EXPECT_EQ(answer.error().fault, Fault::kTransient) << bytes;
  }
}

TEST(Client, ASilentServerTimesOut) {
  for (const char* bytes : {"", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"}) {
    const auto answer = call(bytes, OneAnswer::End::kHold, base::millis(60));
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().fault, Fault::kTimeout);
  }
}

TEST(Client, SaysWhoDoesNotAnswer) {
  const api::test::TempFolder folder;
  const auto none = Client::to(folder.path() + "/none")->call("GET", "/", "", base::seconds(1));
  EXPECT_EQ(none.error().fault, Fault::kUnavailable);
  EXPECT_NE(none.error().text.find("/none"), std::string::npos);
  {
    const auto stale = api::listen_on_file(folder.path() + "/stale");
  }
  EXPECT_EQ(Client::to(folder.path() + "/stale")->call("GET", "/", "", base::seconds(1)).error().fault,
            Fault::kUnavailable);
}

TEST(Client, SendsOneStrictRequest) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull", OneAnswer::End::kClose);
  ASSERT_TRUE(
      Client::to(server.path())->ask("POST", "/a?b=c", model::Value::map().set("k", 1), base::seconds(10)).ok());
  EXPECT_EQ(server.request,
            "POST /a?b=c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
            "Content-Length: 7\r\n\r\n{\"k\":1}");
}

TEST(Client, MakesFaultsOfErrors) {
  const std::tuple<const char*, const char*, Fault> cases[] = {
      {"404", R"({"error":{"fault":"not_found","text":"no run"}})", Fault::kNotFound},
      {"409", R"({"error":{"fault":"refused","text":"rail"}})", Fault::kRefused},
      {"400", R"({"status":"error","errorType":"bad_data","error":"1:1: parse error"})", Fault::kInvalid},
      {"422", R"({"status":"error","errorType":"execution","error":"too many"})", Fault::kConflict},
      {"503", R"({"status":"error","errorType":"timeout","error":"late"})", Fault::kTimeout},
      {"404", "not ours", Fault::kNotFound},
      {"403", "", Fault::kDenied},
      {"500", "{}", Fault::kConflict},
  };
  for (const auto& [status, body, fault] : cases) {
    OneAnswer server(std::string("HTTP/1.1 ") + status + " X\r\n\r\n" + body, OneAnswer::End::kClose);
    const auto answer = Client::to(server.path())->ask("GET", "/", {}, base::seconds(10));
    ASSERT_FALSE(answer.ok()) << body;
    EXPECT_EQ(answer.error().fault, fault) << body;
  }
}

TEST(Client, FollowsLineByLineAndStopsWhenTold) {
  const std::string bytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n8\r\ntwo\nthre\r\n2\r\ne\n\r\n";
  for (const size_t most : {size_t{2}, size_t{3}}) {
    OneAnswer server(bytes + "0\r\n\r\n", OneAnswer::End::kHold);
    std::vector<std::string> lines;
    ASSERT_TRUE(Client::to(server.path())
                    ->follow("/x",
                             [&](std::string_view line) {
                               lines.emplace_back(line);
                               return lines.size() < most;
                             })
                    .ok());
    EXPECT_EQ(lines, std::vector<std::string>({"one", "two", "three"}).size() == most
                         ? std::vector<std::string>({"one", "two", "three"})
                         : std::vector<std::string>({"one", "two"}));
  }
}

TEST(Client, AFollowedEngineThatDiesIsAnError) {
  OneAnswer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n", OneAnswer::End::kClose);
  const auto status = Client::to(server.path())->follow("/x", [](std::string_view) { return true; });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().fault, Fault::kTransient);
}

TEST(Client, ReadsAddresses) {
  for (const char* server : {"/x/reeve.sock", "reeve.sock", "unix:/x", "http://h", "http://h:1", "http://h:1/",
                             "http://[::1]", "http://[::1]:99"})
    EXPECT_TRUE(Client::to(server).ok()) << server;
  for (const char* server : {"https://h", "ftp://h", "http://", "http://:1", "http://h:", "http://h/path"})
    EXPECT_EQ(Client::to(server).error().fault, Fault::kInvalid) << server;
}

}  // namespace
}  // namespace reeve::cli
