import { ArchiveRestore, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { driveFor } from "@/tape/reading-drive";
import { type ArchiveRow, useDrives } from "@/tape/rows";
import { useStartable } from "@/jobs/starting";
import { buttonLook } from "@/ui/button";

interface RestoreProps {
  archive: ArchiveRow;
  chosen: readonly string[];
  toggle: (path: string) => void;
}

/** What is chosen, and the way to restore it; all of it where nothing is, if it is whole. */
export function RestoreBar({ archive, chosen, toggle }: RestoreProps) {
  const { t } = useTranslation();
  const type = useStartable().get("tape.archive_read");
  const drives = useDrives();
  if (type === undefined) return null;
  const all = chosen.length === 0;
  if (all && archive.state !== "whole") return null;
  const drive = driveFor(archive.cartridges, drives.data?.items ?? []);
  const params = {
    archive: archive.key,
    ...(drive !== null && { drive }),
    ...(!all && { paths: [...chosen] }),
  };
  return (
    <div className="bg-surface border-line sticky top-2 z-10 flex flex-wrap items-center gap-2 rounded-xl border px-4 py-2 shadow-xs">
      <Link
        to={`/jobs/new/${type.name}`}
        state={{ params }}
        className={buttonLook({ look: all ? "plain" : "primary" })}
      >
        <ArchiveRestore aria-hidden />
        {all ? t("tape.archives.restoreAll") : t("tape.archives.restore", { count: chosen.length })}
      </Link>
      <ul aria-label={t("tape.archives.chosen")} className="flex min-w-0 flex-wrap gap-1">
        {chosen.map((path) => (
          <li key={path} className="bg-accent-soft flex items-center gap-1 rounded-md pl-2 text-xs">
            <span className="break-all">{path}</span>
            <button
              type="button"
              aria-label={t("tape.archives.unchoose", { path })}
              className="hover:text-bad flex size-6 shrink-0 items-center justify-center"
              onClick={() => toggle(path)}
            >
              <X className="size-3.5" aria-hidden />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
