import type { JobTypeInfo } from "@/api/types";

/** The types somebody may start whose name or title holds a text, by subsystem, in order of title. */
export function choicesFor(
  types: readonly JobTypeInfo[],
  sought: string,
  may: (permission: string) => boolean,
): [string, JobTypeInfo[]][] {
  const wanted = sought.trim().toLowerCase();
  const groups = new Map<string, JobTypeInfo[]>();
  for (const type of types) {
    if (!may(type.permission) || !`${type.title} ${type.name}`.toLowerCase().includes(wanted))
      continue;
    groups.set(type.subsystem, [...(groups.get(type.subsystem) ?? []), type]);
  }
  return [...groups]
    .map(([subsystem, own]): [string, JobTypeInfo[]] => [
      subsystem,
      own.toSorted((a, b) => a.title.localeCompare(b.title)),
    ])
    .toSorted(([a], [b]) => a.localeCompare(b));
}
