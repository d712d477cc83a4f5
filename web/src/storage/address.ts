import type { Dataset } from "@/storage/rows";

/** The page of a dataset. Slashes stay as they are: the address reads like the name. */
export function addressOf({ key, node }: Pick<Dataset, "key" | "node">): string {
  const path = key.split("/").map(encodeURIComponent).join("/");
  return `/storage/datasets/${path}?node=${encodeURIComponent(node)}`;
}
