/// \file
/// What is the real event loop? Boost.Asio's io_context behind the port of base/loop.h.
#pragma once

#include <memory>

#include "base/loop.h"

namespace boost::asio {
class io_context;
}

namespace reeve::base {

/// The loop of a process. `context()` is for edge code that speaks Asio itself (the HTTP server).
class AsioLoop : public Loop {
 public:
  explicit AsioLoop(const Clock& clock);
  ~AsioLoop() override;

  void post(Task task) override;
  Id after(Duration delay, Task task) override;
  void cancel(Id timer) override;
  Id watch(int fd, Interest interest, Task task) override;
  void unwatch(Id watch) override;
  void run() override;
  void stop() override;
  const Clock& clock() const override;

  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reeve::base
