/** Whether patterns such as `storage:*` or `*:read` cover a permission; `*` is any text. */
export function covers(patterns: readonly string[], permission: string): boolean {
  return patterns.some((pattern) => matches(pattern, permission));
}

function matches(pattern: string, permission: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(permission);
}
