import { Problem } from "@/api/problem";

/** What the API found wrong with one field of a body: faultsAt(error, "name") → its sentences. */
export function faultsAt(error: unknown, field: string): string[] {
  if (!(error instanceof Problem)) return [];
  const pointer = `/${field}`;
  return error.errors
    .filter((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`))
    .map((fault) => fault.message);
}
