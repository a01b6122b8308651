/// \file
/// How do row changes become rows of the projection tables? Inside the caller's transaction.
///
/// The thread of its connection, which must outlive it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/ledger.h"
#include "store/connection.h"

namespace reeve::ledger {

class Projector {
 public:
  explicit Projector(store::Connection& connection) : connection_(&connection) {}
  base::Status apply(const model::RowChange& change);

 private:
  base::Result<store::Statement*> statement_for(const model::RowChange& change);

  store::Connection* connection_;
  std::unordered_map<std::string, store::Statement> statements_;
  std::string signature_;
  std::vector<std::string> texts_;
};

/// Asks of every row change: is there such a table, with all of its key and no unknown column?
class RowCheck {
 public:
  explicit RowCheck(const std::vector<Table>& tables);
  bool knows(const model::RowChange& change) const;

 private:
  struct Columns {
    std::set<std::string, std::less<>> key, others;
  };
  std::map<std::string, Columns, std::less<>> tables_;
};

/// Makes the tables that are missing, and anew those whose columns differ. In a schema change of `connection`.
/// \return the names of the tables made, which are empty.
base::Result<std::vector<std::string>> make_tables(store::Connection& connection, const std::vector<Table>& tables);

/// All rows in the order of the key, as text that is equal when the rows are. \errors of SQLite.
base::Result<std::vector<std::string>> dump_table(store::Connection& connection, const Table& table);

}  // namespace reeve::ledger
