import { useInfiniteQuery } from "@tanstack/react-query";

import { api, told } from "@/api/client";
import type { components } from "@/api/types";
import { type ArchiveFile, entriesOf } from "@/tape/folder";

const PAGE = 500;
const ENOUGH = 100; // entries that a folder shows before it asks whether to go on
const MOST_PAGES = 20; // at a time: a folder may hide behind the files of the one before it

type Files = components["schemas"]["ArchiveFiles"];
interface Stretch {
  files: ArchiveFile[];
  next: string | null;
}

/**
 * What lies in one folder of an archive. The list has all that is below it, in the order of
 * paths, so it is read on until enough entries of the folder itself were found.
 */
export function useFolder(archive: string, folder: string) {
  const asked = useInfiniteQuery({
    queryKey: ["archive-files", archive, folder],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => readOn(archive, folder, pageParam),
    getNextPageParam: (last) => last.next,
    staleTime: Infinity, // what is on tape does not change
  });
  const files = asked.data?.pages.flatMap((page) => page.files) ?? [];
  return { ...asked, looked: files.length, entries: entriesOf(folder, files) };
}

async function readOn(archive: string, folder: string, cursor: string | null): Promise<Stretch> {
  const stretch: Stretch = { files: [], next: cursor };
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const told = await readPage(archive, folder, stretch.next);
    stretch.files.push(...told.items);
    stretch.next = told.next_cursor;
    if (stretch.next === null || entriesOf(folder, stretch.files).length >= ENOUGH) break;
  }
  return stretch;
}

function readPage(archive: string, path: string, cursor: string | null): Promise<Files> {
  return told(
    api.GET("/api/v1/tape/archives/{archive_id}/files", {
      params: {
        path: { archive_id: archive },
        query: { path, limit: PAGE, ...(cursor !== null && { cursor }) },
      },
    }),
  );
}
