#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"

/// A sound project and what may be wrong with its rows.
namespace uada::test {

/// Two finished runs of every kind of row: 1 of UADA, which the tests damage, and 2 of RA-UC, which has to be
/// shown as before. One file without a log, whose columns take NULL as a damaged file's may.
inline void writeDamageable(const std::filesystem::path& file) {
  {
    ProjectWriter writer(file);
    for (const char* method : {"uada", "ra-uc"}) {
      RunConfig config = fakeConfig(method, 1, 2);
      config.policyFile =
          std::make_shared<PolicyFile>(PolicyFile{"mine", sha256(std::string_view("text")), "text"});
      const std::int64_t run = writer.createRun(config).id;
      const int attempt = writer.beginAttempt(run, currentManifest(), "");
      const FakeNumbers numbers{{}, config};
      for (std::int64_t step = 1; step <= 20; ++step) {
        writer.append(run, attempt, numbers.step(step));
        writer.append(run, attempt, numbers.policy(step));
        if (step % 10 == 0) writer.append(run, attempt, numbers.epoch(numbers.epochOf(step)));
      }
      for (std::int64_t step : {5, 15})
        for (std::uint32_t sample : {0u, 1u}) writer.append(run, attempt, numbers.decision(step, sample));
      writer.append(run, attempt,
                    CheckpointReport{20, 2, "checkpoint-20.fake", sha256(std::string_view("c"))});
      writer.append(run, attempt, EventReport{"an event"});
      writer.append(run, attempt, numbers.result());
      writer.append(run, attempt, StateReport{RunState::finished, "", "cpu", 2, "data"});
    }
  }
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA journal_mode=DELETE; PRAGMA writable_schema=ON");
  database.exec("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'");
}

/// Leaves a project as the programs do: in the mode with a log, which is empty and gone.
inline void leaveWithLog(const std::filesystem::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA journal_mode=WAL");
}

struct Damage {
  std::string table, column, value;  ///< value: SQL
  std::string sql() const {
    const bool isOfRuns = table == "runs" || table == "policies";
    const std::string which = table == "runs" ? " WHERE id = 1" : isOfRuns ? "" : " WHERE run = 1";
    return "UPDATE OR REPLACE " + table + " SET " + column + " = " + value + which;
  }
};

/// Each of these values in each column of each table.
inline std::vector<Damage> allDamages(const std::filesystem::path& file,
                                      const std::vector<std::string>& values) {
  std::vector<Damage> all;
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
  SQLite::Statement query(database,
                          "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c "
                          "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid");
  while (query.executeStep())
    for (const std::string& value : values)
      all.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(), value});
  return all;
}

/// The file with one thing changed.
/// returns  whether the database let it happen
inline bool damage(const std::filesystem::path& sound, const std::filesystem::path& file,
                   const std::string& sql) {
  std::filesystem::copy_file(sound, file, std::filesystem::copy_options::overwrite_existing);
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY");
  return database.tryExec(sql) == 0;
}

}  // namespace uada::test
