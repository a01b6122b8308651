#include <ostream>

#include "runbook/runbook.h"

namespace reeve::runbook {

int test_runbooks(const std::vector<std::string>&, std::ostream&) {
  return 1;
}

}  // namespace reeve::runbook
