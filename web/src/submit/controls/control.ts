import type { Schema } from "@/submit/schema";

/** What every control of a form gets; it knows nothing of the form around it. */
export interface ControlProps {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
  required: boolean;
  label: string;
  schema: Schema;
  value: unknown;
  onValue: (value: unknown) => void;
}

/** The ids under which help and errors of a field stand. */
export function describedBy(id: string, help: string | undefined, wrong: boolean) {
  const ids = [wrong && `${id}-error`, help !== undefined && help !== "" && `${id}-help`];
  return ids.filter(Boolean).join(" ") || undefined;
}

export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Nothing said is nothing, not an empty text. */
export function orNothing(text: string): string | undefined {
  return text === "" ? undefined : text;
}
