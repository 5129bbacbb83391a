//! Many rows with one statement: each run of a statement opens a table and all its indexes anew, which costs more than
//! a row.

use super::super::{Must, Step};
use rusqlite::Connection;

/// Inserts rows by the dozen, as long as enough of them are alike; returns the steps that are left.
pub(super) fn in_rows<'a>(connection: &Connection, alike: &'a [Step]) -> Result<&'a [Step], rusqlite::Error> {
    let Some(first) = alike.first().filter(|_| alike.len() >= ROWS) else { return Ok(alike) };
    let width = first.params.len();
    let even = alike.iter().all(|step| step.must == Must::Run && step.params.len() == width);
    let Some(sql) = Some(first.sql).filter(|_| even).and_then(|sql| of_rows(sql, width)) else { return Ok(alike) };
    let mut statement = connection.prepare_cached(&sql)?;
    let chunks = alike.chunks_exact(ROWS);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (place, value) in (1..).zip(chunk.iter().flat_map(|step| &step.params)) {
            statement.raw_bind_parameter(place, value)?;
        }
        statement.raw_execute()?;
    }
    Ok(rest)
}

/// The text for [`ROWS`] rows, made of that for one: `None` if it is no insertion of `$1, $2, …` in this order.
fn of_rows(sql: &str, width: usize) -> Option<String> {
    let (head, values) = sql.split_once("VALUES (")?;
    let (row, tail) = values.split_once(')')?;
    let numbered = |(place, name): (usize, &str)| name.trim().strip_prefix('$') == Some(&*place.to_string());
    // A number behind the rows would mean one row's value, and there are many.
    if tail.contains('$') || row.split(',').count() != width || !(1..).zip(row.split(',')).all(numbered) {
        return None;
    }
    let row = format!("({})", vec!["?"; width].join(","));
    Some(format!("{head}VALUES {}{tail}", vec![row; ROWS].join(",")))
}

/// Rows per statement. (SQLite takes 32,766 parameters.)
const ROWS: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Value;

    #[test]
    fn only_plain_rows() {
        let many = of_rows("INSERT INTO t (a, b) VALUES ($1, $2)\nON CONFLICT (a) DO NOTHING", 2).unwrap();
        assert!(many.starts_with("INSERT INTO t (a, b) VALUES (?,?),(?,?),"));
        assert!(many.ends_with("(?,?)\nON CONFLICT (a) DO NOTHING"));
        assert_eq!(many.matches('?').count(), 2 * ROWS);
        for other in ["INSERT INTO t VALUES ($2, $1)", "INSERT INTO t VALUES ($1)", "INSERT INTO t VALUES ($1, 2)"] {
            assert_eq!(of_rows(other, 2), None, "{other}");
        }
        let refers = "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = $2";
        assert_eq!(of_rows(refers, 2), None);
        assert_eq!(of_rows("UPDATE t SET a = $1 WHERE b = $2", 2), None);
    }

    #[test]
    fn rows_arrive_once_and_the_rest_is_left() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)").unwrap();
        let sql = "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO NOTHING";
        let step = |number: i64| Step::run(sql, vec![Value::Int(number % 101), Value::text(number.to_string())]);
        let steps: Vec<Step> = (0..ROWS as i64 * 2 + 7).map(step).collect();
        let rest = in_rows(&connection, &steps).unwrap();
        assert_eq!(rest.len(), 7);
        let rows = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(rows("SELECT COUNT(*) FROM t"), 100);
        assert_eq!(rows("SELECT COUNT(*) FROM t WHERE b = CAST(a AS TEXT)"), 100);
        assert_eq!(in_rows(&connection, rest).unwrap().len(), 7);
    }
}
