/** From which backup files are taken; lives in the address. */
export interface Source {
  client: string;
  fileset: string;
  /** The state at this time instead of the newest; RFC 3339. */
  before: string;
}

export function sourceOf(search: URLSearchParams): Source {
  return {
    client: search.get("client") ?? "",
    fileset: search.get("fileset") ?? "",
    before: search.get("before") ?? "",
  };
}

/** What a look-up is asked with, or null while it is not known from what. */
export function askedOf(source: Source): Record<string, string> | null {
  const { client, fileset, before } = source;
  if (client === "" || fileset === "") return null;
  return before === "" ? { client, fileset } : { client, fileset, before };
}

/** The parameters of backup.restore for what was chosen. */
export function restoreParams(source: Source, paths: readonly string[]): Record<string, unknown> {
  const { client, fileset, before } = source;
  return { client, fileset, ...(before !== "" && { before }), paths: [...paths] };
}
