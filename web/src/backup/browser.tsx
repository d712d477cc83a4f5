import { ChevronRight, File, Folder, History } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Chosen, crumbsOf, markOf } from "@/backup/choosing";
import { type FileEntry, type FoundEntry, useEntries } from "@/backup/looking";
import { VersionsDialog } from "@/backup/versions";
import { bytes } from "@/format/bytes";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

interface BrowserProps {
  /** What the look-ups are asked with. */
  asked: Record<string, string>;
  client: string;
  chosen: Chosen;
  onToggle: (path: string) => void;
}

/** The files of a backup, folder by folder, or found by their names. */
export function Browser({ asked, client, chosen, onToggle }: BrowserProps) {
  const { t } = useTranslation();
  const [folder, setFolder] = useState("/");
  const [name, setName] = useState("");
  const [sought, setSought] = useState("");
  return (
    <div>
      <div className="border-line flex flex-wrap items-center gap-2 border-b px-4 py-2">
        <Crumbs folder={folder} onGo={setFolder} />
        <form
          role="search"
          className="ml-auto flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            setSought(name.trim());
          }}
        >
          <Input
            type="search"
            className="w-56"
            aria-label={t("backup.find")}
            placeholder={t("backup.findHint")}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
              if (event.target.value === "") setSought("");
            }}
          />
          <Button type="submit">{t("ui.search")}</Button>
        </form>
      </div>
      <Entries
        key={sought === "" ? folder : `found ${sought}`}
        asked={sought === "" ? { ...asked, path: folder } : { ...asked, name: sought }}
        table={sought === "" ? "backup/files" : "backup/found"}
        client={client}
        chosen={chosen}
        onToggle={onToggle}
        onOpen={(path) => {
          setName("");
          setSought("");
          setFolder(path);
        }}
      />
    </div>
  );
}

function Crumbs({ folder, onGo }: { folder: string; onGo: (path: string) => void }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("backup.folder")} className="flex flex-wrap items-center">
      {crumbsOf(folder).map(({ name, path }, at) => (
        <span key={path} className="flex items-center">
          {at > 0 && <ChevronRight className="text-muted size-3" aria-hidden />}
          <Button
            look="quiet"
            size="small"
            aria-current={path === folder ? "page" : undefined}
            onClick={() => onGo(path)}
          >
            {name}
          </Button>
        </span>
      ))}
    </nav>
  );
}

type EntriesProps = BrowserProps & {
  table: "backup/files" | "backup/found";
  onOpen: (path: string) => void;
};

function Entries({ asked, table, client, chosen, onToggle, onOpen }: EntriesProps) {
  const { t } = useTranslation();
  const entries = useEntries(table, asked);
  const items = entries.data?.pages.flatMap((page) => page.items) ?? [];
  if (entries.isPending) return <Loading />;
  if (entries.isError) {
    return <Failed problem={entries.error} retry={() => void entries.refetch()} />;
  }
  if (items.length === 0) return <Empty title={t("backup.nothingThere")} />;
  return (
    <>
      <ul aria-label={t("backup.step.files")} className="divide-line divide-y">
        {items.map((entry) => (
          <Entry
            key={entry.key}
            entry={entry}
            client={client}
            chosen={chosen}
            onToggle={onToggle}
            onOpen={onOpen}
          />
        ))}
      </ul>
      {entries.hasNextPage && (
        <div className="p-3 text-center">
          <Button disabled={entries.isFetching} onClick={() => void entries.fetchNextPage()}>
            {t("ui.more")}
          </Button>
        </div>
      )}
    </>
  );
}

interface EntryProps {
  entry: FileEntry & Partial<FoundEntry>;
  client: string;
  chosen: Chosen;
  onToggle: (path: string) => void;
  onOpen: (path: string) => void;
}

function Entry({ entry, client, chosen, onToggle, onOpen }: EntryProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const mark = markOf(chosen, entry.key);
  const isFolder = entry.key.endsWith("/");
  return (
    <li className="hover:bg-page flex min-h-10 items-center gap-3 px-4">
      <input
        type="checkbox"
        className="accent-accent size-4.5"
        aria-label={t("backup.take", { name: entry.key })}
        checked={mark === "chosen" || mark === "within"}
        disabled={mark === "within"}
        ref={(box) => {
          if (box) box.indeterminate = mark === "partly";
        }}
        onChange={() => onToggle(entry.key)}
      />
      {isFolder ? (
        <button
          type="button"
          className="flex min-w-0 grow items-center gap-2 py-2 text-left hover:underline"
          onClick={() => onOpen(entry.key)}
        >
          <Folder className="text-accent size-4 shrink-0" aria-hidden />
          <span className="truncate font-medium">{entry.name}</span>
        </button>
      ) : (
        <span className="flex min-w-0 grow items-center gap-2">
          <File className="text-muted size-4 shrink-0" aria-hidden />
          <span className="truncate">{entry.name}</span>
          {entry.folder && <span className="text-muted truncate text-xs">{entry.folder}</span>}
        </span>
      )}
      {entry.size_bytes !== null && !isFolder && <span>{bytes(entry.size_bytes)}</span>}
      <span className="text-muted hidden w-24 text-right text-xs sm:block">
        <When at={entry.modified_at} />
      </span>
      {!isFolder && (
        <Button
          look="quiet"
          size="tiny"
          aria-label={t("backup.versionsOf", { name: entry.name })}
          onClick={() => setAsking(true)}
        >
          <History />
        </Button>
      )}
      {asking && (
        <VersionsDialog
          client={client}
          path={entry.key}
          run={entry.run}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}
