/** Whether a backup job protects what it is for. */
export type Verdict = "good" | "never" | "old" | "unscheduled" | "off";

interface Facts {
  is_enabled: boolean;
  good_at: string | null;
  next_run_at: string | null;
}

const OLD_DAYS = 8; // a weekly backup and a day of grace
const DAY_MS = 86_400_000;

/** What is wrong counts in the order of how bad it is: no backup at all, an old one, none to come. */
export function verdictOf(row: Facts, now: Date): Verdict {
  if (row.good_at === null) return "never";
  if (now.getTime() - new Date(row.good_at).getTime() > OLD_DAYS * DAY_MS) return "old";
  if (!row.is_enabled) return "off";
  return row.next_run_at === null ? "unscheduled" : "good";
}
