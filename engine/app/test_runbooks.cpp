// `reeve test` for runbooks: their *_test.lua files, run by runbook's own runner.
#include "app/serve.h"
#include "runbook/runbook.h"

namespace reeve::app {

int test_runbooks(const std::vector<std::string>& paths, std::ostream& out, std::ostream& err) {
  (void)err;
  return runbook::test_runbooks(paths, out);
}

}  // namespace reeve::app
