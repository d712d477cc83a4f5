import { ChevronDown, ChevronUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Job } from "@/api/types";
import type { JobFilters } from "@/jobs/filters";
import { JobProgress } from "@/jobs/progress";
import { useJobs } from "@/jobs/queries";
import { hasEnded, StateBadge } from "@/jobs/state";
import { useShortcut } from "@/shell/shortcuts";
import { When } from "@/ui/when";

const KEY = "calypso.drawer";
const EVERYTHING: JobFilters = {};
const UNDER_WAY: JobFilters = { state: ["running", "queued", "waiting"] };
const SHOWN = 30;

/** The tasks at the foot of every page: what runs, and what ended last. */
export function TaskDrawer() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(() => localStorage.getItem(KEY) === "open");
  const under = useJobs(UNDER_WAY);
  const toggle = () => {
    localStorage.setItem(KEY, open ? "shut" : "open");
    setOpen(!open);
  };
  useShortcut("`", toggle);
  const items = under.data?.items ?? [];
  const running = items.filter((job) => job.state === "running").length;
  const waiting = items.length - running;
  const said = [
    running > 0 && t("drawer.running", { count: running }),
    waiting > 0 && t("drawer.waiting", { count: waiting }),
  ].filter(Boolean);
  return (
    <section aria-label={t("drawer.title")} className="border-line bg-surface shrink-0 border-t">
      <div className="flex items-center">
        <button
          type="button"
          onClick={toggle}
          aria-expanded={open}
          className="hover:bg-page flex h-10 items-center gap-2 px-4"
        >
          {open ? (
            <ChevronDown className="size-4" aria-hidden />
          ) : (
            <ChevronUp className="size-4" aria-hidden />
          )}
          <span className="font-semibold">{t("drawer.title")}</span>
        </button>
        <span className="text-muted grow truncate" role="status">
          {said.length > 0 ? said.join(", ") : t("drawer.idle")}
        </span>
        <Link to="/jobs" className="text-accent px-4 hover:underline">
          {t("drawer.all")}
        </Link>
      </div>
      {open && <Tasks underWay={items} />}
    </section>
  );
}

function Tasks({ underWay }: { underWay: readonly Job[] }) {
  const { t } = useTranslation();
  const latest = useJobs(EVERYTHING);
  const ended = (latest.data?.items ?? []).filter(hasEnded);
  const shown = [...underWay, ...ended].slice(0, SHOWN);
  if (shown.length === 0) return <p className="text-muted px-4 pb-3">{t("jobs.none")}</p>;
  return (
    <ul className="divide-line max-h-56 divide-y overflow-y-auto" aria-label={t("drawer.title")}>
      {shown.map((job) => (
        <li
          key={job.id}
          className="grid grid-cols-[7.5rem_1fr_auto] items-center gap-3 px-4 py-1.5 md:grid-cols-[7.5rem_1fr_14rem_6rem]"
        >
          <StateBadge job={job} />
          <Link to={`/jobs/${job.id}`} className="truncate hover:underline">
            {job.title}
          </Link>
          <div className="hidden md:block">
            {job.state === "running" && <JobProgress job={job} />}
          </div>
          <span className="text-muted text-right text-xs">
            <When at={job.finished_at ?? job.started_at ?? job.created_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
