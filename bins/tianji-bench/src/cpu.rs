//! CPU time and memory of a process and all its descendants, read from `/proc`.
//!
//! Source of the formats: the Linux manual pages proc(5), "/proc/pid/stat" and
//! "/proc/pid/smaps_rollup".

use std::collections::HashMap;
use std::fs;

use anyhow::Context as _;
use serde::Serialize;

#[derive(Debug, clap::Args)]
pub(crate) struct CpuArgs {
    /// The process to measure; its descendants are added.
    #[arg(long)]
    pub(crate) pid: u32,
}

/// What a process tree has used so far. Memory is in KiB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Usage {
    pid: u32,
    processes: usize,
    threads: u64,
    ticks: u64,
    utime_ms: u64,
    stime_ms: u64,
    pub(crate) cpu_ms: u64,
    pss_kib: u64,
    rss_kib: u64,
}

/// Measures `root` and its descendants. Children that have ended count through the time that
/// their parent inherited when it waited for them.
///
/// # Errors
/// When `root` does not exist or `/proc` is not readable.
pub(crate) fn measure(root: u32) -> anyhow::Result<Usage> {
    let processes = all_processes()?;
    anyhow::ensure!(processes.contains_key(&root), "no process {root}");
    let tree = descendants(root, &processes);
    let mut total = Usage {
        pid: root,
        processes: tree.len(),
        threads: 0,
        ticks: 0,
        utime_ms: 0,
        stime_ms: 0,
        cpu_ms: 0,
        pss_kib: 0,
        rss_kib: 0,
    };
    for pid in tree {
        let Some(stat) = processes.get(&pid) else { continue };
        total.threads += stat.threads;
        total.utime_ms += stat.user_ticks * MS_PER_TICK;
        total.stime_ms += stat.system_ticks * MS_PER_TICK;
        total.ticks += stat.user_ticks + stat.system_ticks;
        let memory = match fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) {
            Ok(text) => text,
            Err(_) if pid != root => continue, // it ended since the listing
            Err(error) => return Err(error).with_context(|| format!("memory of process {pid}")),
        };
        total.pss_kib += memory_field(&memory, "Pss:").unwrap_or(0);
        total.rss_kib += memory_field(&memory, "Rss:").unwrap_or(0);
    }
    total.cpu_ms = total.utime_ms + total.stime_ms;
    Ok(total)
}

struct Stat {
    parent: u32,
    threads: u64,
    user_ticks: u64,
    system_ticks: u64,
}

fn all_processes() -> anyhow::Result<HashMap<u32, Stat>> {
    let mut processes = HashMap::new();
    for entry in fs::read_dir("/proc").context("listing /proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if let Some(stat) = fs::read_to_string(format!("/proc/{pid}/stat")).ok().as_deref().and_then(parse_stat) {
            processes.insert(pid, stat);
        }
    }
    Ok(processes)
}

/// The command name stands in parentheses and may itself hold spaces and parentheses, so fields
/// are counted from the last `)`.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |field: usize| fields.get(field - FIRST_FIELD_AFTER_NAME)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(number(4)?).ok()?,
        user_ticks: number(14)? + number(16)?,
        system_ticks: number(15)? + number(17)?,
        threads: number(20)?,
    })
}

fn descendants(root: u32, processes: &HashMap<u32, Stat>) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for (&pid, stat) in processes {
        children.entry(stat.parent).or_default().push(pid);
    }
    let mut tree = vec![root];
    let mut visited = 0;
    while let Some(&pid) = tree.get(visited) {
        visited += 1;
        tree.extend(children.remove(&pid).unwrap_or_default());
    }
    tree
}

fn memory_field(rollup: &str, name: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// proc(5) numbers the fields of `stat` from 1; the state, field 3, follows the name.
const FIRST_FIELD_AFTER_NAME: usize = 3;

/// `USER_HZ` is 100 on every architecture this runs on (time(7), "The software clock, HZ, and jiffies").
const MS_PER_TICK: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_may_hold_spaces_and_parentheses() {
        let text = "77 (a) b (c)) S 12 77 77 0 -1 4194304 100 0 0 0 30 20 5 1 20 0 9 0 555 1 2";
        let stat = parse_stat(text).unwrap();
        assert_eq!((stat.parent, stat.user_ticks, stat.system_ticks, stat.threads), (12, 35, 21, 9));
    }

    #[test]
    fn the_tree_holds_grandchildren_and_no_strangers() {
        let stat = |parent| Stat { parent, threads: 1, user_ticks: 0, system_ticks: 0 };
        let processes =
            HashMap::from([(1, stat(0)), (10, stat(1)), (11, stat(10)), (12, stat(11)), (13, stat(10)), (20, stat(1))]);
        let mut tree = descendants(10, &processes);
        tree.sort_unstable();
        assert_eq!(tree, [10, 11, 12, 13]);
    }

    #[test]
    fn memory_is_read_from_the_rollup() {
        let rollup = "5561-7fff ---p 0 00:00 0 [rollup]\nRss:     1620 kB\nPss:      273 kB\nPss_Dirty:  112 kB\n";
        assert_eq!(memory_field(rollup, "Pss:"), Some(273));
        assert_eq!(memory_field(rollup, "Rss:"), Some(1620));
        assert_eq!(memory_field(rollup, "Swap:"), None);
    }

    #[test]
    fn this_process_can_be_measured() {
        let usage = measure(std::process::id()).unwrap();
        assert!(usage.processes >= 1 && usage.threads >= 1 && usage.rss_kib > 0);
        assert_eq!(usage.cpu_ms, usage.ticks * MS_PER_TICK);
    }
}
