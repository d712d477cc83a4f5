/** A schedule while somebody writes it: what is sent, what differs, where a refusal belongs. */
import { type FieldFault, Problem } from "@/api/problem";
import type { Schedule, ScheduleSpec } from "@/api/types";
import { type Policy, tidy } from "@/schedules/policy";

export const FIELDS = [
  "name",
  "type",
  "params",
  "node",
  "cron",
  "tz",
  "begin",
  "end",
  "enabled",
  "overlap",
  "missed",
  "misfire_grace_s",
  "jitter_s",
  "retention",
] as const satisfies readonly (keyof Schedule & keyof ScheduleSpec)[];
export type DraftField = (typeof FIELDS)[number];

export type Draft = Omit<Pick<Schedule, DraftField>, "retention"> & { retention: Policy | null };

export function emptyDraft(tz: string): Draft {
  return {
    name: "",
    type: "",
    params: {},
    node: null,
    cron: "30 2 * * *",
    tz,
    begin: null,
    end: null,
    enabled: true,
    overlap: "skip",
    missed: "run_once",
    misfire_grace_s: 300,
    jitter_s: 0,
    retention: null,
  };
}

export function draftOf(schedule: Schedule): Draft {
  return Object.fromEntries(FIELDS.map((field) => [field, schedule[field]])) as unknown as Draft;
}

/** What is sent: a policy only as far as something is set in it. */
export function specOf(draft: Draft): ScheduleSpec {
  return {
    ...draft,
    name: draft.name.trim(),
    retention: tidy(draft.retention),
  };
}

/** The fields in which two differ, in the order of the form. */
export function differences(one: Draft, other: Draft): DraftField[] {
  const [mine, theirs] = [specOf(one), specOf(other)];
  return FIELDS.filter((field) => canonical(mine[field]) !== canonical(theirs[field]));
}

/** JSON with the names of objects in order, so that equal values are equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => a.localeCompare(b)))
      : one,
  );
}

/** What was refused at a field and beneath it. */
export function faultsAt(problem: unknown, field: DraftField): FieldFault[] {
  if (!(problem instanceof Problem)) return [];
  return problem.errors.filter(({ pointer }) => isAt(pointer, field));
}

function isAt(pointer: string, field: DraftField): boolean {
  return pointer === `/${field}` || pointer.startsWith(`/${field}/`);
}

/** Whether every fault of a refusal has a field of the form to stand at. */
export function isPlaced(problem: unknown): boolean {
  if (!(problem instanceof Problem) || problem.errors.length === 0) return false;
  return problem.errors.every(({ pointer }) => FIELDS.some((field) => isAt(pointer, field)));
}

/** What of a rule's refusal belongs to the rule as a whole, such as a window that leaves nothing. */
export function wholeFaults(problem: unknown): string[] {
  if (!(problem instanceof Problem)) return [];
  return problem.errors.filter(({ pointer }) => pointer === "").map(({ message }) => message);
}
